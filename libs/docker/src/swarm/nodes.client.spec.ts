import { expect, it } from 'vitest';
import { toNode } from './nodes.client.js';

const node = (addr: string, raft?: string) => ({
  ID: 'n1',
  Spec: { Role: 'manager' as const, Availability: 'active' as const },
  Description: { Hostname: 'ops1' },
  Status: { State: 'ready', Addr: addr },
  ...(raft ? { ManagerStatus: { Addr: raft } } : {}),
});

it.each([
  ['10.9.0.4', '10.9.0.4:2377', '10.9.0.4'],
  ['0.0.0.0', '10.9.0.4:2377', '10.9.0.4'],
  ['127.0.0.1', '10.9.0.4:2377', '10.9.0.4'],
  ['10.9.0.5', undefined, '10.9.0.5'],
])('takes a node seen at %s with the Raft address %s to be at %s', (addr, raft, address) => {
  expect(toNode(node(addr, raft))).toEqual({
    id: 'n1',
    hostname: 'ops1',
    address,
    role: 'manager',
    availability: 'active',
    state: 'ready',
    labels: {},
  });
});
