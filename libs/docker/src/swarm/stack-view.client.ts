import type { Readable } from 'node:stream';
import type { Engine } from '../engine.js';
import { answer } from '../engine.error.js';
import { engineGet } from '../engine-get.js';
import { jsonLines } from '../stream/json-lines.js';
import { hasEnded } from './rollout-failure.plan.js';
import type { RolloutBaseline } from './rollout.plan.js';
import type { ServiceAnswer, StackView, TaskAnswer } from './swarm.answers.js';

const STACK_LABEL = 'com.docker.stack.namespace';

/** Reads a stack's services and tasks from a manager. @throws EngineError, or the signal's reason. */
export async function readStack(engine: Engine, stack: string, signal?: AbortSignal): Promise<StackView> {
  const label = [`${STACK_LABEL}=${stack}`];
  const ask = <T>(path: string, filters: object): Promise<T> =>
    answer(`read the stack ${stack}`, engineGet<T>(engine, path, { filters }, signal), signal);

  const [services, tasks, upToDate] = await Promise.all([
    ask<ServiceAnswer[]>('/services?status=true&', { label }),
    ask<TaskAnswer[]>('/tasks?', { label }),
    ask<TaskAnswer[]>('/tasks?', { label, '_up-to-date': ['true'] }), // The filter of the CLI's own progress display.
  ]);
  return { services, tasks, upToDate: new Set(upToDate.map(({ ID }) => ID)) };
}

/** What to compare a rollout with: take it before the deployment. @throws EngineError */
export async function rolloutBaseline(engine: Engine, stack: string): Promise<RolloutBaseline> {
  const { services, tasks } = await readStack(engine, stack);
  return {
    updates: Object.fromEntries(services.map(({ Spec, UpdateStatus }) => [Spec.Name, UpdateStatus?.StartedAt ?? ''])),
    tasks: new Set(tasks.map(({ ID }) => ID)),
    endedTasks: new Set(tasks.filter(hasEnded).map(({ ID }) => ID)),
  };
}

interface EventAnswer {
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/**
 * Calls back when a service of the stack is updated anywhere, or a container of it starts, ends or changes its health on
 * the engine asked. The swarm tells no state of a task elsewhere, so this only makes the news earlier than a poll would.
 * Ends with the signal, or silently when the engine closes the stream.
 */
export async function watchStack(
  engine: Engine,
  stack: string,
  onNews: () => void,
  signal: AbortSignal,
): Promise<void> {
  const type: ('service' | 'container')[] = ['service', 'container'];
  const filters = { type, event: ['create', 'update', 'start', 'die', 'health_status'] };
  try {
    const events = await engine.docker.getEvents({ filters, abortSignal: signal });
    for await (const { Actor } of jsonLines<EventAnswer>(events as Readable)) {
      if (Actor.Attributes[STACK_LABEL] === stack || Actor.Attributes['name']?.startsWith(`${stack}_`)) onNews();
    }
  } catch {
    // The poll goes on without them.
  }
}
