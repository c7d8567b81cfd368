import type { SluiceConfig } from '@sluice/contracts';
import type { StepRow } from './run.rows.js';

/** What the conductor does with a run whose current step has just ended. */
export type Next =
  | { readonly do: 'request' | 'wait' | 'pass' | 'stand'; readonly step: StepRow; readonly for?: string }
  | { readonly do: 'succeed' };

export interface Situation {
  /** How many members must approve what enters this environment. */
  readonly approvalsFor: (environment: string) => number;
  /** Another run of the project is being deployed there. */
  readonly isBusy: (environment: string) => boolean;
  readonly config: SluiceConfig | undefined;
}

/** The one place that decides how a run goes on. `steps` are those that stand, in order of position. */
export function nextOf(steps: readonly StepRow[], { approvalsFor, isBusy, config }: Situation): Next {
  const step = steps.find(({ status }) => status !== 'succeeded');
  if (!step) return { do: 'succeed' };
  if (step.status !== 'pending') return { do: 'stand', step };

  switch (step.kind) {
    case 'gate': {
      const approvals = approvalsFor(step.environment);
      return approvals === 0
        ? { do: 'pass', step }
        : { do: 'wait', step, for: `${approvals} approval${approvals === 1 ? '' : 's'} for ${step.environment}` };
    }
    case 'verdict': {
      const questions = questionsOf(config);
      return questions.length === 0
        ? { do: 'pass', step }
        : { do: 'wait', step, for: `a tester's verdict: ${questions.join(' · ')}` };
    }
    case 'stage':
      // Two releases of one project never change one environment at the same time.
      return step.stage === 'deploy' && isBusy(step.environment) ? { do: 'stand', step } : { do: 'request', step };
  }
}

export const questionsOf = (config: SluiceConfig | undefined): string[] =>
  (config?.test ?? []).flatMap((test) => (test.kind === 'ask' ? [test.ask] : []));
