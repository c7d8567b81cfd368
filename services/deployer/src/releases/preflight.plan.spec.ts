import type { SwarmNode, SwarmService } from '@sluice/docker';
import { describe, expect, it } from 'vitest';
import { swarmProblems, type Preflight } from './preflight.plan.js';
import type { RenderedService } from './rendered-stack.plan.js';

const node = (hostname: string, more: Partial<SwarmNode> = {}): SwarmNode => ({
  id: hostname,
  hostname,
  address: '10.0.0.1',
  role: 'worker',
  availability: 'active',
  state: 'ready',
  labels: {},
  ...more,
});
const service = (more: Partial<SwarmService>): SwarmService => ({
  id: 's1',
  name: 'other',
  labels: {},
  publishedPorts: [],
  ...more,
});
const wants = (more: Partial<RenderedService> = {}): RenderedService => ({
  name: 'app',
  image: 'x',
  replicas: 2,
  ports: [],
  constraints: [],
  isChecked: false,
  order: 'stop-first',
  ...more,
});
const check = (more: Partial<Preflight> = {}): string[] =>
  swarmProblems({
    environment: 'ops',
    stack: 'sluice-shop',
    swarm: { active: true, manager: true },
    nodes: [node('ops1', { role: 'manager' }), node('ops2')],
    services: [],
    wanted: [wants()],
    ...more,
  });
const onHost = [{ target: 8080, published: 30_000, mode: 'host' as const }];

describe('swarmProblems', () => {
  it('has nothing to say about what fits', () => {
    expect(check({ wanted: [wants({ ports: onHost })] })).toEqual([]);
    expect(check({ wanted: [wants({ ports: onHost, replicas: 'global' })] })).toEqual([]);
  });

  it.each<[string, Partial<Preflight>, RegExp]>([
    ['no swarm', { swarm: { active: false, manager: false } }, /is in no swarm/],
    ['a worker', { swarm: { active: true, manager: false } }, /is no manager/],
    [
      'more replicas than nodes with a port',
      { wanted: [wants({ ports: onHost, replicas: 3 })] },
      /wants 3 replicas .* 2 nodes fit/,
    ],
    [
      'a drained node',
      { nodes: [node('ops1'), node('ops2', { availability: 'drain' })], wanted: [wants({ ports: onHost })] },
      /1 nodes fit/,
    ],
    ['no node at all', { nodes: [node('ops1', { state: 'down' })] }, /no node is ready and active/],
    [
      'a start before the port is free',
      { wanted: [wants({ ports: onHost, order: 'start-first' })] },
      /use order "stop-first"/,
    ],
    [
      'a port of another service',
      { services: [service({ publishedPorts: [30_000] })], wanted: [wants({ ports: onHost })] },
      /Port 30000 is taken by the service other/,
    ],
    [
      'a port of two services',
      { wanted: [wants({ ports: onHost, replicas: 1 }), wants({ name: 'b', ports: onHost, replicas: 1 })] },
      /Port 30000 is published twice/,
    ],
    [
      "the stack of another environment's",
      { services: [service({ stack: 'sluice-shop', labels: { 'sluice.environment': 'staging' } })] },
      /belongs to staging/,
    ],
    ['a stack of somebody else', { services: [service({ stack: 'sluice-shop' })] }, /belongs to somebody else/],
  ])('tells of %s', (_, more, expected) => {
    expect(check(more)).toEqual([expect.stringMatching(expected)]);
  });

  it('is content with what this stack itself has', () => {
    const own = service({ stack: 'sluice-shop', labels: { 'sluice.environment': 'ops' }, publishedPorts: [30_000] });
    expect(check({ services: [own], wanted: [wants({ ports: onHost })] })).toEqual([]);
  });

  it.each<[string[], boolean]>([
    [['node.role == manager'], true],
    [['node.role==worker', 'node.hostname != ops2'], false],
    [['node.hostname == OPS2'], true],
    [['node.labels.disk == ssd'], false],
    [['node.labels.disk != ssd'], true],
    [['node.labels.zone == A'], true],
    [['node.platform.os == plan9'], true],
    [['engine.labels.x == y'], true],
  ])('sees whether some node satisfies %j', (constraints, fits) => {
    const nodes = [node('ops1', { role: 'manager', labels: { zone: 'a' } }), node('ops2')];
    expect(check({ nodes, wanted: [wants({ constraints })] }).length === 0).toBe(fits);
  });

  it('tells all at once', () => {
    const wanted = [
      wants({ ports: onHost, replicas: 9, order: 'start-first' }),
      wants({ constraints: ['node.role == x'] }),
    ];
    expect(check({ wanted })).toHaveLength(3);
  });
});
