import type { ServiceAnswer, StackView, TaskAnswer, UpdateStatusAnswer } from './swarm.answers.js';

export interface ExpectedService {
  /** As the swarm knows it, with the stack's name: `shop_web`. */
  readonly name: string;
  /** By digest: `registry:5000/ops/shop@sha256:…`. */
  readonly image: string;
  /** `global`: one task on each node that the swarm finds fit. */
  readonly replicas: number | 'global';
}

/** What was there before the deployment, so that old news is not taken for its outcome. */
export interface RolloutBaseline {
  /** By service name: when its last update had begun; empty for none. */
  readonly updates: Readonly<Record<string, string>>;
  /** The tasks that had already ended. */
  readonly endedTasks: ReadonlySet<string>;
}

export interface RolloutQuestion {
  readonly expected: readonly ExpectedService[];
  readonly view: StackView;
  readonly baseline: RolloutBaseline;
  /** How many tasks may end in one place of a service before it counts as a crash loop. */
  readonly failuresPerSlot: number;
  readonly overdue: boolean;
}

export interface ServiceProgress {
  readonly service: string;
  /** Tasks of the new version that run, and are healthy where the image has a health check. */
  readonly running: number;
  readonly wanted: number;
  /** Tasks of the new version that ended since the deployment. */
  readonly failed: number;
  readonly converged: boolean;
  /** The newest trouble: why a task waits or failed, in the swarm's words. */
  readonly trouble?: string;
}

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

export type RolloutVerdict =
  | { readonly state: 'converged'; readonly taskIds: readonly string[] }
  | { readonly state: 'waiting' }
  | RolloutFailure;

/**
 * Says how a rollout stands. It has converged only when each service asks for the wanted image, its update is over, and
 * its up-to-date tasks run in the wanted number: a service alone never says that of its tasks.
 */
export function judgeRollout(question: RolloutQuestion): { verdict: RolloutVerdict; progress: ServiceProgress[] } {
  const judged = question.expected.map((expected) => judgeService(expected, question));
  const progress = judged.map(({ progress }) => progress);
  const failure = judged.find(({ failure }) => failure)?.failure;
  if (failure) return { verdict: failure, progress };

  if (progress.every(({ converged }) => converged)) {
    const taskIds = judged.flatMap(({ runningTasks }) => runningTasks).sort();
    return { verdict: { state: 'converged', taskIds }, progress };
  }
  return { verdict: question.overdue ? tooLate(judged) : { state: 'waiting' }, progress };
}

interface JudgedService {
  readonly progress: ServiceProgress;
  readonly runningTasks: readonly string[];
  readonly newest?: TaskAnswer;
  readonly failure?: RolloutFailure;
}

const ENDED = new Set(['failed', 'rejected', 'complete']);

function judgeService(expected: ExpectedService, question: RolloutQuestion): JudgedService {
  const { view, baseline } = question;
  const service = view.services.find(({ Spec }) => Spec.Name === expected.name);
  if (!service) return absent(expected, question.overdue);

  const ours = view.tasks.filter(
    (task) => task.ServiceID === service.ID && sameImage(task.Spec.ContainerSpec?.Image, expected.image),
  );
  // A rollback of the swarm's makes the tasks that failed outdated, so these are told apart by their image alone.
  const ended = ours
    .filter((task) => ENDED.has(task.Status.State) && !baseline.endedTasks.has(task.ID))
    .sort((a, b) => a.Status.Timestamp.localeCompare(b.Status.Timestamp));
  const current = ours.filter((task) => view.upToDate.has(task.ID));
  const satisfied = current.filter((task) => isSatisfied(task, service));
  const failed = ended.filter((task) => !satisfied.includes(task));

  const update = freshUpdate(service, baseline);
  const wanted = expected.replicas === 'global' ? (service.ServiceStatus?.DesiredTasks ?? NaN) : expected.replicas;
  const rightImage = sameImage(service.Spec.TaskTemplate.ContainerSpec?.Image, expected.image);
  const updating = update !== undefined && update.State !== 'completed';
  const newest = failed.at(-1) ?? current.find((task) => !satisfied.includes(task));
  const progress: ServiceProgress = {
    service: expected.name,
    running: satisfied.length,
    wanted: Number.isNaN(wanted) ? 0 : wanted,
    failed: failed.length,
    converged: rightImage && !updating && satisfied.length === wanted,
    ...(newest?.Status.Err ? { trouble: newest.Status.Err } : {}),
  };

  const failure =
    failedUpdate(expected, update, failed.at(-1)) ??
    (rightImage ? undefined : replaced(expected, service, failed.at(-1))) ??
    crashLoop(expected, failed, question.failuresPerSlot, neverRestarts(service));
  return { progress, runningTasks: satisfied.map(({ ID }) => ID), ...(newest ? { newest } : {}), ...(failure ? { failure } : {}) };
}

function absent({ name, replicas }: ExpectedService, overdue: boolean): JudgedService {
  const wanted = replicas === 'global' ? 0 : replicas;
  const progress = { service: name, running: 0, wanted, failed: 0, converged: false, trouble: 'no such service' };
  const message = `the swarm has no service ${name}`;
  const failure: RolloutFailure = { state: 'failed', reason: 'missing', service: name, message };
  return { progress, runningTasks: [], ...(overdue ? { failure } : {}) };
}

/** A service that is not started again when it ends well, such as a migration, is served by having ended so. */
function isSatisfied(task: TaskAnswer, service: ServiceAnswer): boolean {
  if (task.Status.State === 'running') return task.DesiredState === 'running';
  return task.Status.State === 'complete' && ['none', 'on-failure'].includes(restartCondition(service));
}

const restartCondition = (service: ServiceAnswer): string => service.Spec.TaskTemplate.RestartPolicy?.Condition || 'any';
const neverRestarts = (service: ServiceAnswer): boolean => restartCondition(service) === 'none';

/** The state of an update that began after the baseline was taken; one from before says nothing of this deployment. */
function freshUpdate(service: ServiceAnswer, baseline: RolloutBaseline): UpdateStatusAnswer | undefined {
  const { UpdateStatus: update } = service;
  if (!update?.State || (update.StartedAt ?? '') === baseline.updates[service.Spec.Name]) return undefined;
  return update;
}

function failedUpdate(
  { name }: ExpectedService,
  update: UpdateStatusAnswer | undefined,
  task: TaskAnswer | undefined,
): RolloutFailure | undefined {
  const paused = update?.State === 'paused';
  if (!update || (!paused && !update.State.startsWith('rollback'))) return undefined;
  const message = `the swarm ${paused ? 'paused the update' : 'rolled back'}: ${update.Message ?? update.State}`;
  return { state: 'failed', reason: paused ? 'update_paused' : 'rolled_back', service: name, message, ...evidence(task) };
}

function replaced(expected: ExpectedService, service: ServiceAnswer, task: TaskAnswer | undefined): RolloutFailure {
  const message = `the service asks for ${service.Spec.TaskTemplate.ContainerSpec?.Image}, not for ${expected.image}`;
  return { state: 'failed', reason: 'replaced', service: expected.name, message, ...evidence(task) };
}

function crashLoop(
  { name }: ExpectedService,
  failed: readonly TaskAnswer[],
  failuresPerSlot: number,
  neverRestarts: boolean,
): RolloutFailure | undefined {
  const limit = neverRestarts ? 1 : failuresPerSlot;
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

function tooLate(judged: readonly JudgedService[]): RolloutFailure {
  const late = judged.filter(({ progress }) => !progress.converged);
  const message = late.map(({ progress: { service, running, wanted, trouble } }) => {
    return `${service} runs ${running} of ${wanted}${trouble ? ` (${trouble})` : ''}`;
  });
  const worst = late.find(({ newest }) => newest) ?? late[0];
  return {
    state: 'failed',
    reason: 'deadline',
    service: worst?.progress.service ?? '',
    message: `not all tasks ran before the deadline: ${message.join(', ')}`,
    ...evidence(worst?.newest),
  };
}

function evidence(task: TaskAnswer | undefined): { task?: FailedTask } {
  if (!task) return {};
  const { ContainerID, ExitCode } = task.Status.ContainerStatus ?? {};
  return {
    task: {
      taskId: task.ID,
      state: task.Status.State,
      error: troubleOf(task),
      ...(ContainerID && ENDED.has(task.Status.State) ? { exitCode: ExitCode ?? 0 } : {}),
      ...(ContainerID ? { containerId: ContainerID } : {}),
      ...(task.NodeID ? { nodeId: task.NodeID } : {}),
    },
  };
}

/** A task that ended with exit code 0 carries no error, yet a server that ends is one. */
const troubleOf = ({ Status }: TaskAnswer): string =>
  Status.Err || (Status.State === 'complete' ? 'it ended by itself with exit code 0' : (Status.Message ?? Status.State));

/** Compares by digest, since the swarm writes a tag between name and digest or leaves it out. */
function sameImage(one: string | undefined, other: string): boolean {
  const digest = (image: string): string => image.split('@')[1] ?? image;
  return one !== undefined && digest(one) === digest(other);
}
