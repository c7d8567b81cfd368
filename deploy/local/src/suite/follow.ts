import { setTimeout as sleep } from 'node:timers/promises';
import { runHasEnded, type RunStatus } from '@sluice/contracts';
import { ApiError, type Api } from './api.js';

/** The answer of `GET /runs/:id`, as far as we look. */
export interface Run {
  readonly id: string;
  readonly number: number;
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly steps: Step[];
}

export interface Step {
  readonly id: string;
  readonly position: number;
  readonly kind: 'stage' | 'gate' | 'verdict';
  readonly stage: string | null;
  readonly environment: string;
  readonly status: string;
  readonly requestedAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly result: Record<string, unknown> | null;
  readonly failure: {
    code: string;
    message: string;
    evidence?: { lastLogLines?: string[]; exitCode?: number; where?: string; rolledBackToRelease?: number };
  } | null;
}

const LOOK_EVERY_MS = 80;
const PATIENCE_MS = 60_000;

/** Follows a run to its end; `seen` is called for each step whose status changed. */
export async function followRun(
  api: Api,
  id: string,
  seen: (step: Step, run: Run) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<Run> {
  const known = new Map<string, string>();
  let patientUntil = Date.now() + PATIENCE_MS;
  for (;;) {
    signal?.throwIfAborted();
    const run = await api.get<Run>(`/runs/${id}`).catch((error: unknown) => notYet(error, patientUntil));
    if (!run) {
      await sleep(LOOK_EVERY_MS);
      continue;
    }
    patientUntil = Date.now() + PATIENCE_MS;
    for (const step of run.steps) {
      if (known.get(step.id) === step.status) continue;
      known.set(step.id, step.status);
      await seen(step, run);
    }
    if (runHasEnded(run.status)) return run;
    await sleep(LOOK_EVERY_MS);
  }
}

/** A push has its run's id before the conductor has heard of it; and services that start again are away for a moment. */
function notYet(error: unknown, patientUntil: number): undefined {
  const passing = error instanceof ApiError ? [404, 502, 503].includes(error.status) : error instanceof TypeError; // What fetch throws.
  if (passing && Date.now() < patientUntil) return undefined;
  throw error;
}

export const tookMs = ({ requestedAt, finishedAt }: Step): number =>
  requestedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(requestedAt) : 0;
