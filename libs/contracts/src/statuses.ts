export const RUN_STATUSES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled', 'superseded'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const STEP_STATUSES = ['pending', 'requested', 'running', 'waiting', 'succeeded', 'failed', 'canceled'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

const ENDED = ['succeeded', 'failed', 'canceled', 'superseded'] as const satisfies readonly RunStatus[];
export type EndedStatus = (typeof ENDED)[number];

export const runHasEnded = (status: RunStatus): boolean => (ENDED as readonly RunStatus[]).includes(status);

/** Which actions a status permits; asked everywhere by name. */
const ALLOWED = {
  cancel: ['queued', 'running', 'waiting'],
  supersede: ['queued', 'running', 'waiting'],
  retry: ['failed', 'canceled'],
  decide: ['waiting'],
} as const satisfies Record<string, readonly RunStatus[]>;

export type RunAction = keyof typeof ALLOWED;

export const runCan = (action: RunAction, status: RunStatus): boolean =>
  (ALLOWED[action] as readonly RunStatus[]).includes(status);
