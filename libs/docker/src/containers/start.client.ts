import type { Container } from 'dockerode';
import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';
import { type ContainerSpec, type PublishedPort, type RestartPolicy, planStart, portKey } from './container.plan.js';
import { removeContainer } from './containers.client.js';
import { createContainer } from './create.client.js';

export interface ContainerStart extends ContainerSpec {
  readonly port: PublishedPort;
  readonly restart: RestartPolicy;
}

export interface StartedContainer {
  readonly id: string;
  /** Where the engine's host answers for the container's port. */
  readonly hostPort: number;
}

/** Starts a container that stays. One that cannot be started is removed again. @throws EngineError */
export async function startContainer(engine: Engine, plan: ContainerStart): Promise<StartedContainer> {
  const container = await createContainer(engine, planStart(plan, plan.port, plan.restart));
  try {
    await answer(`start ${plan.name}`, container.start());
    return { id: container.id, hostPort: await publishedPort(container, plan) };
  } catch (error) {
    await removeContainer(engine, container.id);
    throw error;
  }
}

async function publishedPort(container: Container, { name, port }: ContainerStart): Promise<number> {
  const { NetworkSettings, State } = await answer(`inspect ${name}`, container.inspect());
  const hostPort = NetworkSettings.Ports[portKey(port.containerPort)]?.[0]?.HostPort ?? port.hostPort;
  if (hostPort !== undefined) return Number(hostPort);
  // The engine frees the port of a program that has already ended.
  throw new EngineError(`publish ${name}`, undefined, `it ended at once with exit code ${State.ExitCode}`);
}
