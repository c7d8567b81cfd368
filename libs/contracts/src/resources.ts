import { STAGE_NAMES, STAGES, type Service } from './stages.js';

/** Who serves which resource under `/api/v1`; the gateway routes by it, and serves what is not listed. */
export const RESOURCES = {
  runs: 'conductor',
  gates: 'conductor',
  hooks: 'receiver',
  pushes: 'receiver',
  images: 'promoter',
  tests: 'tester',
  previews: 'deployer',
  releases: 'deployer',
  subscriptions: 'notifier',
  deliveries: 'notifier',
} as const satisfies Record<string, Service>;

/** The log of a step lives with the service that did it: `/api/v1/logs/<stage>/<step>`. */
export const LOG_OWNERS: Record<string, Service> = Object.fromEntries(
  STAGE_NAMES.map((stage) => [stage, STAGES[stage].by]),
);
