import type { RunRef } from '@sluice/contracts';

export interface Placement {
  readonly run: RunRef;
  readonly step: string;
  readonly environment: string;
}

/** What everything that we start says of itself, so that it is found again by whoever repeats the step. */
export const labelsOf = ({ run, step, environment }: Placement): Record<string, string> => ({
  'sluice.run': run.id,
  'sluice.step': step,
  'sluice.project': run.project,
  'sluice.environment': environment,
  'sluice.commit': run.commit,
});

/** What a program learns of where it runs. */
export const identityOf = ({ run, environment }: Omit<Placement, 'step'>): Record<string, string> => ({
  SLUICE_ENVIRONMENT: environment,
  SLUICE_PROJECT: run.project,
  SLUICE_COMMIT: run.commit,
  SLUICE_RUN: run.id,
});
