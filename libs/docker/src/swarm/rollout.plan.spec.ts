import { describe, expect, it } from 'vitest';
import { type RolloutBaseline, type RolloutQuestion, judgeRollout } from './rollout.plan.js';
import type { ServiceAnswer, TaskAnswer, UpdateStatusAnswer } from './swarm.answers.js';

// Answers of Engine 20.10 to /services and /tasks, cut down to the parts that are read.
const OLD = `registry:5000/ops/shop@sha256:${'1'.repeat(64)}`;
const NEW = `registry:5000/ops/shop@sha256:${'2'.repeat(64)}`;
const STARTED = '2026-11-22T12:00:00.1Z';

const service = (image = NEW, update?: UpdateStatusAnswer, condition?: string, desired?: number): ServiceAnswer => ({
  ID: 's1',
  Spec: {
    Name: 'shop_web',
    TaskTemplate: {
      ContainerSpec: { Image: image },
      ...(condition ? { RestartPolicy: { Condition: condition } } : {}),
    },
  },
  ...(update ? { UpdateStatus: update } : {}),
  ...(desired === undefined ? {} : { ServiceStatus: { RunningTasks: 0, DesiredTasks: desired } }),
});

let serial = 0;
const task = (
  state: string,
  slot: number,
  more: Partial<{ image: string; desired: string; err: string; exit: number; id: string; node: string }> = {},
): TaskAnswer => ({
  ID: more.id ?? `t${++serial}`,
  ServiceID: 's1',
  ...(slot ? { Slot: slot } : {}),
  NodeID: more.node ?? 'n1',
  DesiredState: more.desired ?? (['failed', 'rejected', 'complete'].includes(state) ? 'shutdown' : 'running'),
  Spec: { ContainerSpec: { Image: more.image ?? NEW } },
  Status: {
    Timestamp: `2026-11-22T12:00:${String(10 + serial).padStart(2, '0')}Z`,
    State: state,
    Message: state,
    ...(more.err ? { Err: more.err } : {}),
    ...(more.exit === undefined ? {} : { ContainerStatus: { ContainerID: 'c1', ExitCode: more.exit } }),
  },
});

const crash = (slot: number, more = {}) => task('failed', slot, { err: 'task: non-zero exit (1)', exit: 1, ...more });
const running = (slot: number, more = {}) => task('running', slot, more);

interface Case {
  service?: ServiceAnswer;
  tasks: TaskAnswer[];
  outdated?: string[];
  baseline?: Partial<RolloutBaseline>;
  replicas?: number | 'global';
  overdue?: boolean;
}

const judge = ({
  service: one = service(),
  tasks,
  outdated = [],
  baseline = {},
  replicas = 2,
  overdue = false,
}: Case) => {
  const question: RolloutQuestion = {
    expected: [{ name: 'shop_web', image: NEW, replicas }],
    view: {
      services: [one],
      tasks,
      upToDate: new Set(tasks.map(({ ID }) => ID).filter((id) => !outdated.includes(id))),
    },
    baseline: { updates: {}, tasks: new Set(), endedTasks: new Set(), ...baseline },
    failuresPerSlot: 3,
    overdue,
  };
  return judgeRollout(question);
};

const tagged = NEW.replace('@', ':v2@');

describe('a rollout has converged', () => {
  it.each<[string, Case]>([
    ['when all tasks of a new service run', { tasks: [running(1), running(2)] }],
    [
      'when the update is completed',
      { service: service(NEW, { State: 'completed', StartedAt: STARTED }), tasks: [running(1), running(2)] },
    ],
    [
      'when the image is written with its tag',
      { service: service(tagged), tasks: [running(1, { image: tagged }), running(2, { image: tagged })] },
    ],
    [
      'when nothing had to change',
      { tasks: [running(1, { id: 'a' }), running(2, { id: 'b' })], baseline: { tasks: new Set(['a', 'b']) } },
    ],
    [
      'whatever an update from before it had come to',
      {
        service: service(NEW, { State: 'rollback_completed', StartedAt: STARTED }),
        tasks: [running(1), running(2)],
        baseline: { updates: { shop_web: STARTED } },
      },
    ],
    ['although a task had to start twice', { tasks: [crash(1), running(1), running(2)] }],
    ['when it wants no task and has none', { tasks: [], replicas: 0 }],
    [
      'when a global service runs wherever the swarm wants it',
      {
        service: service(NEW, undefined, undefined, 2),
        tasks: [running(0), running(0, { node: 'n2' })],
        replicas: 'global',
      },
    ],
    [
      'when a task that runs only once has ended well',
      { service: service(NEW, undefined, 'none'), tasks: [task('complete', 1, { exit: 0 })], replicas: 1 },
    ],
  ])('%s', (_, one) => {
    expect(judge(one).verdict.state).toBe('converged');
  });
});

describe('a rollout is waited for', () => {
  it.each<[string, Case]>([
    ['while tasks are prepared', { tasks: [running(1), task('preparing', 2)] }],
    ['while nothing is there yet', { tasks: [] }],
    [
      'while the update goes on, also when all tasks run',
      { service: service(NEW, { State: 'updating', StartedAt: STARTED }), tasks: [running(1), running(2)] },
    ],
    [
      'while only tasks of the old version run',
      { tasks: [running(1, { image: OLD, id: 'a' }), running(2, { image: OLD, id: 'b' })], outdated: ['a', 'b'] },
    ],
    [
      'while a task runs that was made for other settings of the same image',
      { tasks: [running(1), running(2, { id: 'b' })], outdated: ['b'] },
    ],
    ['while a task that shall go still runs', { tasks: [running(1), running(2), running(3)] }],
    [
      'while a global service has no task yet',
      { service: service(NEW, undefined, undefined, 0), tasks: [], replicas: 'global' },
    ],
    ['after two ends in one place', { tasks: [crash(1), crash(1), task('ready', 1), running(2)] }],
    ['after three ends in three places', { tasks: [crash(1), crash(2), crash(3)], replicas: 3 }],
    [
      'when the failures are from before',
      {
        tasks: [crash(1, { id: 'x' }), crash(1, { id: 'y' }), crash(1, { id: 'z' }), task('starting', 1)],
        baseline: { endedTasks: new Set(['x', 'y', 'z']) },
      },
    ],
    [
      'when tasks of the version before fail',
      { tasks: [crash(1, { image: OLD }), crash(1, { image: OLD }), crash(1, { image: OLD }), task('starting', 1)] },
    ],
  ])('%s', (_, one) => {
    expect(judge(one).verdict).toEqual({ state: 'waiting' });
  });
});

describe('a rollout has failed', () => {
  it.each<[string, Case, object]>([
    [
      'by a crash loop',
      { tasks: [crash(1), crash(1), crash(1, { id: 'last' }), running(2)] },
      {
        reason: 'crash_loop',
        message: 'tasks of the new version ended 3 times: task: non-zero exit (1)',
        task: {
          taskId: 'last',
          exitCode: 1,
          containerId: 'c1',
          nodeId: 'n1',
          state: 'failed',
          error: 'task: non-zero exit (1)',
        },
      },
    ],
    [
      'by a server that keeps ending well',
      { tasks: [0, 0, 0].map(() => task('complete', 1, { exit: 0 })) },
      { reason: 'crash_loop', task: { exitCode: 0, error: 'it ended by itself with exit code 0' } },
    ],
    [
      'by an image that no node can pull',
      { tasks: [0, 0, 0].map(() => task('rejected', 1, { err: 'No such image: registry:5000/ops/shop' })) },
      { reason: 'crash_loop', task: { error: 'No such image: registry:5000/ops/shop' } },
    ],
    [
      'at once by a task that runs only once',
      { service: service(NEW, undefined, 'none'), tasks: [crash(1)], replicas: 1 },
      { reason: 'crash_loop', message: 'tasks of the new version ended 1 time: task: non-zero exit (1)' },
    ],
    [
      'by a pause',
      {
        service: service(NEW, { State: 'paused', StartedAt: STARTED, Message: 'update paused due to failure' }),
        tasks: [crash(1)],
      },
      {
        reason: 'update_paused',
        message: 'the swarm paused the update: update paused due to failure',
        task: { exitCode: 1 },
      },
    ],
    [
      'by a rollback that has begun',
      {
        service: service(OLD, { State: 'rollback_started', StartedAt: STARTED }),
        tasks: [crash(1, { id: 'x' }), running(2, { image: OLD })],
        outdated: ['x'],
      },
      { reason: 'rolled_back', task: { taskId: 'x' } },
    ],
    [
      'by a rollback that is over',
      {
        service: service(OLD, { State: 'rollback_completed', StartedAt: STARTED }),
        tasks: [running(1, { image: OLD })],
      },
      { reason: 'rolled_back' },
    ],
    [
      'when somebody put another image there',
      { service: service(OLD), tasks: [running(1, { image: OLD })] },
      { reason: 'replaced' },
    ],
    [
      'at the deadline, with why the task waits',
      {
        tasks: [running(1), task('pending', 2, { err: 'no suitable node (insufficient memory on 2 nodes)' })],
        overdue: true,
      },
      {
        reason: 'deadline',
        message:
          'not all tasks ran before the deadline: shop_web runs 1 of 2 (no suitable node (insufficient memory on 2 nodes))',
        task: { state: 'pending' },
      },
    ],
  ])('%s', (_, one, failure) => {
    expect(judge(one).verdict).toMatchObject({ state: 'failed', service: 'shop_web', ...failure });
  });

  it('when a service is still missing at the deadline', () => {
    const view = { services: [], tasks: [], upToDate: new Set<string>() };
    const baseline = { updates: {}, tasks: new Set<string>(), endedTasks: new Set<string>() };
    const question = { expected: [{ name: 'shop_web', image: NEW, replicas: 1 }], view, baseline, failuresPerSlot: 3 };
    expect(judgeRollout({ ...question, overdue: false }).verdict).toEqual({ state: 'waiting' });
    expect(judgeRollout({ ...question, overdue: true }).verdict).toMatchObject({ reason: 'missing' });
  });
});

it('reports what runs, what failed and the newest trouble', () => {
  const { progress } = judge({ tasks: [crash(1), task('pending', 1), running(2)] });
  expect(progress).toEqual([
    { service: 'shop_web', running: 1, wanted: 2, failed: 1, converged: false, trouble: 'task: non-zero exit (1)' },
  ]);
});
