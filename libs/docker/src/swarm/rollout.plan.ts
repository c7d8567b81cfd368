import {
  type JudgedService,
  type RolloutFailure,
  crashLoop,
  failedUpdate,
  hasEnded,
  replaced,
  tooLate,
} from './rollout-failure.plan.js';
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
  readonly tasks: ReadonlySet<string>;
  /** Those of them that had already ended. */
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

export type RolloutVerdict =
  { readonly state: 'converged'; readonly taskIds: readonly string[] } | { readonly state: 'waiting' } | RolloutFailure;

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

interface Judged extends JudgedService {
  readonly runningTasks: readonly string[];
  readonly failure?: RolloutFailure;
}

function judgeService(expected: ExpectedService, question: RolloutQuestion): Judged {
  const { view, baseline } = question;
  const service = view.services.find(({ Spec }) => Spec.Name === expected.name);
  if (!service) return absent(expected, question.overdue);

  const ours = view.tasks.filter(
    (task) => task.ServiceID === service.ID && sameImage(task.Spec.ContainerSpec?.Image, expected.image),
  );
  const current = ours.filter((task) => view.upToDate.has(task.ID));
  const satisfied = current.filter((task) => isSatisfied(task, service));
  // A rollback by the swarm makes the tasks that failed outdated: new is also what was not there before.
  const isNew = ({ ID }: TaskAnswer): boolean => view.upToDate.has(ID) || !baseline.tasks.has(ID);
  const failed = ours
    .filter((task) => hasEnded(task) && isNew(task) && !baseline.endedTasks.has(task.ID) && !satisfied.includes(task))
    .sort((a, b) => a.Status.Timestamp.localeCompare(b.Status.Timestamp));

  const update = freshUpdate(service, baseline);
  // A global service wants what the swarm's orchestrator has found to be wanted, which is nothing at its very start.
  const desired = service.ServiceStatus?.DesiredTasks ?? 0;
  const wanted = expected.replicas === 'global' ? desired : expected.replicas;
  const decided = expected.replicas !== 'global' || desired > 0;
  const rightImage = sameImage(service.Spec.TaskTemplate.ContainerSpec?.Image, expected.image);
  const updating = update !== undefined && update.State !== 'completed';
  const worst = failed.at(-1) ?? current.find((task) => !satisfied.includes(task));
  const converged = rightImage && !updating && decided && satisfied.length === wanted;
  const trouble = converged ? undefined : worst?.Status.Err;
  const progress: ServiceProgress = {
    service: expected.name,
    running: satisfied.length,
    wanted,
    failed: failed.length,
    converged,
    ...(trouble ? { trouble } : {}),
  };

  const failure =
    failedUpdate(expected, update, failed.at(-1)) ??
    (rightImage ? undefined : replaced(expected, service, failed.at(-1))) ??
    crashLoop(expected, failed, restartCondition(service) === 'none' ? 1 : question.failuresPerSlot);
  return {
    progress,
    runningTasks: satisfied.map(({ ID }) => ID),
    ...(worst ? { worst } : {}),
    ...(failure ? { failure } : {}),
  };
}

function absent({ name, replicas }: ExpectedService, overdue: boolean): Judged {
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

const restartCondition = (service: ServiceAnswer): string =>
  service.Spec.TaskTemplate.RestartPolicy?.Condition || 'any';

/** The state of an update that began after the baseline was taken; one from before says nothing of this deployment. */
function freshUpdate(service: ServiceAnswer, baseline: RolloutBaseline): UpdateStatusAnswer | undefined {
  const { UpdateStatus: update } = service;
  if (!update?.State || (update.StartedAt ?? '') === baseline.updates[service.Spec.Name]) return undefined;
  return update;
}

/** Compares by digest, since the swarm writes a tag between name and digest or leaves it out. */
function sameImage(one: string | undefined, other: string): boolean {
  const digest = (image: string): string => image.split('@')[1] ?? image;
  return one !== undefined && digest(one) === digest(other);
}
