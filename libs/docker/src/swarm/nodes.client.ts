import type { Engine } from '../engine.js';
import { answer } from '../engine.error.js';

export interface SwarmNode {
  readonly id: string;
  readonly hostname: string;
  /** Where the node's published ports answer. */
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly availability: 'active' | 'pause' | 'drain';
  /** ready, down, disconnected or unknown. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface NodeAnswer {
  readonly ID: string;
  readonly Spec: {
    readonly Role: SwarmNode['role'];
    readonly Availability: SwarmNode['availability'];
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly Description: { readonly Hostname: string };
  readonly Status: { readonly State: string; readonly Addr: string };
  readonly ManagerStatus?: { readonly Addr: string };
}

/** The nodes of the manager's swarm. @throws EngineError */
export async function swarmNodes(engine: Engine): Promise<SwarmNode[]> {
  const nodes = await answer('list the nodes', engine.docker.listNodes() as Promise<unknown>);
  return (nodes as NodeAnswer[]).map(toNode);
}

/** The addresses that can answer on a published port: those of nodes that are ready and not drained. @throws EngineError */
export async function publishedAddresses(engine: Engine): Promise<string[]> {
  const nodes = await swarmNodes(engine);
  return nodes.filter((node) => node.state === 'ready' && node.availability !== 'drain').map(({ address }) => address);
}

export function toNode({ ID, Spec, Description, Status, ManagerStatus }: NodeAnswer): SwarmNode {
  // A manager that joined through itself is seen from itself, as 0.0.0.0 or 127.0.0.1; its Raft address is the real one.
  const hidden = Status.Addr === '0.0.0.0' || Status.Addr.startsWith('127.');
  const raftAddress = ManagerStatus?.Addr.replace(/:\d+$/, '');
  return {
    id: ID,
    hostname: Description.Hostname,
    address: (hidden && raftAddress) || Status.Addr,
    role: Spec.Role,
    availability: Spec.Availability,
    state: Status.State,
    labels: Spec.Labels ?? {},
  };
}
