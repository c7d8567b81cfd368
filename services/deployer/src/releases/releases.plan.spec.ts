import type { RolloutFailure, TaskEvidence } from '@sluice/docker';
import { describe, expect, it } from 'vitest';
import { addressesOf } from './addresses.plan.js';
import { describeFailure, isRefusal } from './failure.plan.js';
import { progressLines } from './progress.plan.js';
import { expectedServices } from './rendered-stack.plan.js';
import { secretSource } from './stack-names.plan.js';

const failure = (more: Partial<RolloutFailure> = {}): RolloutFailure => ({
  state: 'failed',
  reason: 'update_paused',
  service: 'sluice-shop_app',
  message: 'the swarm paused the update',
  ...more,
});
const task: TaskEvidence = {
  taskId: 't1',
  state: 'failed',
  error: 'task: non-zero exit (3)',
  exitCode: 3,
  nodeId: 'n1',
  lines: ['cannot find the database'],
};

describe('describeFailure', () => {
  it.each<[string, Partial<RolloutFailure>, string, string]>([
    ['a crash', {}, 'task: non-zero exit (3)', 'deploy.crashed'],
    ['a crash loop', { reason: 'crash_loop' }, 'task: non-zero exit (3)', 'deploy.crashed'],
    ['a bad health check', {}, 'task: non-zero exit (137): dockerexec: unhealthy container', 'deploy.unhealthy'],
    [
      'a bad health check at the deadline',
      { reason: 'deadline' },
      'dockerexec: unhealthy container',
      'deploy.unhealthy',
    ],
    ['a task that waits', { reason: 'deadline' }, 'no suitable node', 'deploy.deadline'],
    ['somebody else', { reason: 'replaced' }, '', 'deploy.replaced'],
  ])('calls %s by its name', (_, more, error, code) => {
    expect(describeFailure(failure(more), { ...task, error }, 'ops1').code).toBe(code);
  });

  it('says what was seen, where', () => {
    expect(describeFailure(failure(), task, 'ops1')).toEqual({
      code: 'deploy.crashed',
      reason: 'sluice-shop_app: the swarm paused the update (task: non-zero exit (3))',
      evidence: { exitCode: 3, where: 'sluice-shop_app task t1 on ops1', lastLogLines: ['cannot find the database'] },
    });
  });

  it('says what little there is when no task is known', () => {
    expect(describeFailure(failure(), undefined, undefined).evidence).toEqual({ where: 'sluice-shop_app' });
  });
});

it.each<[string, boolean]>([
  ['stack sluice-shop: services.app Additional property x is not allowed', true],
  ['stack sluice-shop: invalid mount config for type "bind"', true],
  ['stack sluice-shop: Cannot connect to the Docker daemon at unix:///x', false],
  ['stack sluice-shop: rpc error: code = Unknown desc = update out of sequence', false],
  ['stack sluice-shop: error during connect: Post "http://x": EOF', false],
])('tells a refusal from an engine that is unwell: %s', (text, refusal) => {
  expect(isRefusal(text)).toBe(refusal);
});

describe('progressLines', () => {
  const progress = { service: 'sluice-shop_app', running: 0, wanted: 2, failed: 0, converged: false };

  it('says a thing once', () => {
    const told = new Map<string, string>();
    expect(progressLines('sluice-shop', told, [progress])).toEqual(['app: 0 of 2 running']);
    expect(progressLines('sluice-shop', told, [progress])).toEqual([]);
    expect(progressLines('sluice-shop', told, [{ ...progress, running: 1, failed: 1, trouble: 'exit 3' }])).toEqual([
      'app: 1 of 2 running, 1 failed (exit 3)',
    ]);
  });
});

describe('addressesOf', () => {
  const node = (id: string, role: 'manager' | 'worker') =>
    ({ id, hostname: id, address: `10.0.0.${id}`, role, availability: 'active', state: 'ready', labels: {} }) as const;
  const nodes = [node('1', 'worker'), node('2', 'manager')];
  const port = (mode: 'host' | 'ingress') => [{ target: 80, published: 30_000, mode }];

  it.each([
    ['each node with a task', port('host'), ['1', '2'], {}, ['http://10.0.0.1:30000', 'http://10.0.0.2:30000']],
    ['no node without one', port('host'), ['1'], {}, ['http://10.0.0.1:30000']],
    ['a manager for the mesh', port('ingress'), ['1'], {}, ['http://10.0.0.2:30000']],
    ["the mesh's own name", port('ingress'), ['1'], { address: 'shop.example' }, ['http://shop.example:30000']],
    ['nothing without a port', [], ['1'], {}, []],
  ])('names %s', (_, ports, running, target, expected) => {
    expect(addressesOf({ ports, nodes, running, target })).toEqual(expected);
  });
});

describe('secretSource', () => {
  const key = Buffer.alloc(32, 1);

  it('is another name for another value, environment or key', () => {
    const names = [
      secretSource(key, 'sluice-shop', 'ops', 'DATABASE_URL', 'a'),
      secretSource(key, 'sluice-shop', 'ops', 'DATABASE_URL', 'b'),
      secretSource(key, 'sluice-shop', 'staging', 'DATABASE_URL', 'a'),
      secretSource(Buffer.alloc(32, 2), 'sluice-shop', 'ops', 'DATABASE_URL', 'a'),
    ];
    expect(new Set(names).size).toBe(4);
    expect(names[0]).toMatch(/^sluice-shop_DATABASE_URL_[0-9a-f]{8}$/);
  });

  it('fits into what Docker allows, and long names stay apart', () => {
    const names = ['A', 'B'].map((end) =>
      secretSource(key, `sluice-${'x'.repeat(40)}`, 'ops', `${'N'.repeat(50)}${end}`, 'v'),
    );
    expect(names.map((name) => name.length)).toEqual([64, 64]);
    expect(names[0]).not.toBe(names[1]);
  });
});

it('knows from a rendered file what has to run', () => {
  const file = `services: { a: { image: "x@sha256:1", deploy: { replicas: 3 } }, b: { image: y, deploy: { mode: global } }, c: { image: z } }`;
  expect(expectedServices('s', file)).toEqual([
    { name: 's_a', image: 'x@sha256:1', replicas: 3 },
    { name: 's_b', image: 'y', replicas: 'global' },
    { name: 's_c', image: 'z', replicas: 1 },
  ]);
});
