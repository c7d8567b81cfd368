import type { Environment, Purpose, Stage } from '@sluice/contracts';

/** One step of a run: work, or something that must hold before the next one. */
export type PlannedStep =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly environment: string; readonly from?: string }
  | { readonly kind: 'gate' | 'verdict'; readonly environment: string };

/** What each purpose means for an image that has entered; a verdict is what testers answer after the machine has. */
const PURPOSE_STEPS: Record<Purpose, (environment: string) => PlannedStep[]> = {
  preview: (environment) => [{ kind: 'stage', stage: 'preview', environment }],
  test: (environment) => [
    { kind: 'stage', stage: 'test', environment },
    { kind: 'verdict', environment },
  ],
  deploy: (environment) => [{ kind: 'stage', stage: 'deploy', environment }],
};

/**
 * What a run will do, in order: build once, then for each environment its gate, its promotion and its purpose. Only the
 * project's branch goes the whole path; any other ends after the first environment. The build itself happens in the
 * first environment, so nothing guards that one.
 */
export function planRun(path: readonly Environment[], wholePath: boolean): PlannedStep[] {
  const [first, ...later] = path;
  if (!first) return [];
  return [
    { kind: 'stage', stage: 'build', environment: first.name },
    ...PURPOSE_STEPS[first.purpose](first.name),
    ...(wholePath ? later : []).flatMap((environment, index): PlannedStep[] => [
      { kind: 'gate', environment: environment.name },
      { kind: 'stage', stage: 'promote', environment: environment.name, from: path[index]!.name },
      ...PURPOSE_STEPS[environment.purpose](environment.name),
    ]),
  ];
}
