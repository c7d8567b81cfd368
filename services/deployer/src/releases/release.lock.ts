import type { LockRequest } from '@sluice/database';

/** The broker brings a step that could not wait any longer again. */
const PATIENCE_MS = 60_000;

/** One release at a time per project and environment, in all replicas of this service. */
export const releaseLock = (project: string, environment: string, signal?: AbortSignal): LockRequest => ({
  name: `release ${environment} ${project}`,
  patienceMs: PATIENCE_MS,
  ...(signal ? { signal } : {}),
});
