import type { Engine } from '../engine.js';
import { answer } from '../engine.error.js';

export interface SwarmState {
  readonly active: boolean;
  /** Only a manager answers questions about the swarm. */
  readonly manager: boolean;
}

/** What the engine is to its swarm. @throws EngineError */
export async function swarmState(engine: Engine): Promise<SwarmState> {
  const info = (await answer('ask the engine about its swarm', engine.docker.info() as Promise<unknown>)) as {
    Swarm?: { LocalNodeState?: string; ControlAvailable?: boolean };
  };
  return { active: info.Swarm?.LocalNodeState === 'active', manager: info.Swarm?.ControlAvailable === true };
}

export interface SwarmService {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined for a service that was made alone. */
  readonly stack?: string;
  readonly publishedPorts: readonly number[];
}

interface ServiceAnswer {
  readonly ID: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly EndpointSpec?: { readonly Ports?: readonly { readonly PublishedPort?: number }[] };
  };
}

/** Every service of the swarm. @throws EngineError */
export async function swarmServices(engine: Engine): Promise<SwarmService[]> {
  const services = await answer('list the services', engine.docker.listServices() as Promise<unknown>);
  return (services as ServiceAnswer[]).map(({ ID, Spec: { Name, Labels = {}, EndpointSpec } }) => ({
    id: ID,
    name: Name,
    labels: Labels,
    stack: Labels['com.docker.stack.namespace'],
    publishedPorts: (EndpointSpec?.Ports ?? []).flatMap(({ PublishedPort: port }) => (port ? [port] : [])),
  }));
}

/** The ids of the nodes that run a task of this service. @throws EngineError */
export async function runningOn(engine: Engine, service: string): Promise<string[]> {
  const filters = { service: [service], 'desired-state': ['running'] };
  const tasks = await answer('list the tasks', engine.docker.listTasks({ filters }) as Promise<unknown>);
  const running = (tasks as { NodeID?: string; Status: { State: string } }[]).filter(
    ({ Status }) => Status.State === 'running',
  );
  return [...new Set(running.flatMap(({ NodeID }) => NodeID ?? []))];
}
