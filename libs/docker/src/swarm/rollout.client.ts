import type { Engine } from '../engine.js';
import { EngineError } from '../engine.error.js';
import { Bell } from './bell.js';
import type { RolloutFailure } from './rollout-failure.plan.js';
import {
  type ExpectedService,
  type RolloutBaseline,
  type RolloutVerdict,
  type ServiceProgress,
  judgeRollout,
} from './rollout.plan.js';
import { readStack, watchStack } from './stack-view.client.js';
import type { StackView, TaskAnswer } from './swarm.answers.js';

export interface Rollout {
  readonly stack: string;
  /** Every service of the stack that has to run. */
  readonly expected: readonly ExpectedService[];
  /** From `rolloutBaseline`, taken before the deployment. */
  readonly baseline: RolloutBaseline;
  /** The swarm itself never gives a pending task up. */
  readonly deadline: Date;
  /**
   * How many tasks may end in one place before it counts as a crash loop; 3 when absent. A service commonly ends once
   * or twice until the database beside it is up, since a swarm knows no order of start; the third end is a habit.
   */
  readonly failuresPerSlot?: number;
  /**
   * How long the same tasks must have run, in milliseconds; 250 when absent. Without a health check a task counts as
   * running the moment it starts, also one that is about to crash.
   */
  readonly steadyMs?: number;
  readonly signal?: AbortSignal;
  /** Called with all services whenever one of them has changed. */
  readonly onProgress?: (progress: readonly ServiceProgress[]) => void;
}

export type RolloutOutcome = Extract<RolloutVerdict, { state: 'converged' }> | RolloutFailure;

/** Between two looks, in milliseconds: a task's state is told by no event. One look is three small requests. */
const POLL_MS = 100;

/**
 * Follows a deployed stack until it has converged, has failed, or the deadline is over. A manager that does not answer
 * for a while, as in its own restart, is waited for.
 * @throws EngineError when the manager does not answer at the deadline, or the signal's reason.
 */
export async function followRollout(engine: Engine, rollout: Rollout): Promise<RolloutOutcome> {
  const ended = new AbortController();
  const bell = new Bell();
  const ring = (): void => bell.ring();
  rollout.signal?.addEventListener('abort', ring);
  void watchStack(engine, rollout.stack, ring, ended.signal);
  try {
    return await follow(engine, rollout, bell);
  } finally {
    rollout.signal?.removeEventListener('abort', ring);
    ended.abort();
  }
}

async function follow(engine: Engine, rollout: Rollout, bell: Bell): Promise<RolloutOutcome> {
  const { expected, baseline, failuresPerSlot = 3, steadyMs = 250, signal, onProgress } = rollout;
  const seen = new Map<string, TaskAnswer>();
  let told = '';
  let steady = { tasks: '', since: 0 };

  for (;;) {
    signal?.throwIfAborted();
    const overdue = Date.now() >= rollout.deadline.getTime();
    const view = await tryRead(engine, rollout, overdue);
    if (view) {
      const whole = remember(seen, view);
      const { verdict, progress } = judgeRollout({ expected, view: whole, baseline, failuresPerSlot, overdue });
      const news = JSON.stringify(progress);
      if (news !== told) onProgress?.(progress);
      told = news;

      if (verdict.state === 'failed') return verdict;
      const tasks = verdict.state === 'converged' ? `=${verdict.taskIds.join()}` : '';
      if (tasks !== steady.tasks) steady = { tasks, since: Date.now() };
      if (verdict.state === 'converged' && (overdue || Date.now() - steady.since >= steadyMs)) return verdict;
    }

    const untilSteady = steady.tasks === '' ? POLL_MS : steady.since + steadyMs - Date.now();
    await bell.wait(Math.min(POLL_MS, untilSteady, rollout.deadline.getTime() - Date.now()));
  }
}

/** @returns undefined when the manager is not there for the moment: the socket is closed, or there is no leader. */
async function tryRead(engine: Engine, { stack, signal }: Rollout, overdue: boolean): Promise<StackView | undefined> {
  try {
    return await readStack(engine, stack, signal);
  } catch (error) {
    const passing = error instanceof EngineError && (error.status === undefined || error.status >= 500);
    if (overdue || !passing) throw error;
    return undefined;
  }
}

/** The swarm keeps only a few ended tasks of each place, five as it comes; a crash loop must not outrun our counting. */
function remember(seen: Map<string, TaskAnswer>, view: StackView): StackView {
  for (const task of view.tasks) seen.set(task.ID, task);
  const there = new Set(view.tasks.map(({ ID }) => ID));
  const gone = [...seen.values()].filter(({ ID, Status }) => !there.has(ID) && Status.State !== 'running');
  return { ...view, tasks: [...view.tasks, ...gone] };
}
