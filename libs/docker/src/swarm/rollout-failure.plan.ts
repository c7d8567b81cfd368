import type { ExpectedService, ServiceProgress } from './rollout.plan.js';
import type { ServiceAnswer, TaskAnswer, UpdateStatusAnswer } from './swarm.answers.js';

export interface FailedTask {
  readonly taskId: string;
  readonly state: string;
  readonly error: string;
  readonly exitCode?: number;
  readonly containerId?: string;
  readonly nodeId?: string;
}

export type RolloutFailureReason = 'crash_loop' | 'update_paused' | 'rolled_back' | 'replaced' | 'missing' | 'deadline';

export interface RolloutFailure {
  readonly state: 'failed';
  readonly reason: RolloutFailureReason;
  readonly service: string;
  readonly message: string;
  readonly task?: FailedTask;
}

/** Has this task ended by itself, well or not? Those that the swarm stops end as `shutdown`. */
export const hasEnded = ({ Status }: TaskAnswer): boolean => ['failed', 'rejected', 'complete'].includes(Status.State);

export function failedUpdate(
  { name }: ExpectedService,
  update: UpdateStatusAnswer | undefined,
  task: TaskAnswer | undefined,
): RolloutFailure | undefined {
  const paused = update?.State === 'paused';
  if (!update || (!paused && !update.State.startsWith('rollback'))) return undefined;
  const message = `the swarm ${paused ? 'paused the update' : 'rolled back'}: ${update.Message ?? update.State}`;
  return {
    state: 'failed',
    reason: paused ? 'update_paused' : 'rolled_back',
    service: name,
    message,
    ...evidence(task),
  };
}

export function replaced(
  expected: ExpectedService,
  service: ServiceAnswer,
  task: TaskAnswer | undefined,
): RolloutFailure {
  const message = `the service asks for ${service.Spec.TaskTemplate.ContainerSpec?.Image}, not for ${expected.image}`;
  return { state: 'failed', reason: 'replaced', service: expected.name, message, ...evidence(task) };
}

export function crashLoop(
  { name }: ExpectedService,
  failed: readonly TaskAnswer[],
  limit: number,
): RolloutFailure | undefined {
  const places = new Map<string, number>();
  for (const task of failed) {
    const place = String(task.Slot ?? task.NodeID);
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const worst = Math.max(0, ...places.values());
  if (worst < limit) return undefined;

  const task = failed.at(-1);
  const message = `tasks of the new version ended ${worst} time${worst === 1 ? '' : 's'}: ${task && troubleOf(task)}`;
  return { state: 'failed', reason: 'crash_loop', service: name, message, ...evidence(task) };
}

export interface JudgedService {
  readonly progress: ServiceProgress;
  /** The task that tells most of the trouble, if there is any. */
  readonly worst?: TaskAnswer;
}

export function tooLate(judged: readonly JudgedService[]): RolloutFailure {
  const late = judged.filter(({ progress }) => !progress.converged);
  const message = late.map(({ progress: { service, running, wanted, trouble } }) => {
    return `${service} runs ${running} of ${wanted}${trouble ? ` (${trouble})` : ''}`;
  });
  const told = late.find(({ worst }) => worst) ?? late[0];
  return {
    state: 'failed',
    reason: 'deadline',
    service: told?.progress.service ?? '',
    message: `not all tasks ran before the deadline: ${message.join(', ')}`,
    ...evidence(told?.worst),
  };
}

export function describeTask(task: TaskAnswer): FailedTask {
  const { ContainerID, ExitCode } = task.Status.ContainerStatus ?? {};
  return {
    taskId: task.ID,
    state: task.Status.State,
    error: troubleOf(task),
    ...(ContainerID && hasEnded(task) ? { exitCode: ExitCode ?? 0 } : {}), // The engine leaves a 0 out.
    ...(ContainerID ? { containerId: ContainerID } : {}),
    ...(task.NodeID ? { nodeId: task.NodeID } : {}),
  };
}

const evidence = (task: TaskAnswer | undefined): { task?: FailedTask } => (task ? { task: describeTask(task) } : {});

/** A task that ended with exit code 0 carries no error, yet a server that ends is one. */
const troubleOf = ({ Status }: TaskAnswer): string =>
  Status.Err ||
  (Status.State === 'complete' ? 'it ended by itself with exit code 0' : (Status.Message ?? Status.State));
