import type { Container } from 'dockerode';
import type { Engine } from '../engine.js';
import { answer } from '../engine.error.js';
import { type ContainerSpec, type PublishedPort, type RestartPolicy, planStart, portKey } from './container.plan.js';
import { removeContainer } from './containers.client.js';
import { createContainer } from './create.client.js';

export interface ContainerStart extends ContainerSpec {
  /** Absent for a program that listens nowhere. */
  readonly port?: PublishedPort;
  readonly restart: RestartPolicy;
}

export interface StartedContainer {
  readonly id: string;
  /** Where the engine's host answers for the container's port; absent when none was asked for, or the program ended at once. */
  readonly hostPort?: number;
}

/** Starts a container that stays. One that cannot be started is removed again. @throws EngineError */
export async function startContainer(engine: Engine, plan: ContainerStart): Promise<StartedContainer> {
  const container = await createContainer(engine, planStart(plan, plan.port, plan.restart));
  try {
    await answer(`start ${plan.name}`, container.start());
    if (!plan.port) return { id: container.id };
    return { id: container.id, hostPort: await publishedPort(container, plan.name, plan.port) };
  } catch (error) {
    await removeContainer(engine, container.id);
    throw error;
  }
}

async function publishedPort(container: Container, name: string, port: PublishedPort): Promise<number | undefined> {
  const { NetworkSettings } = await answer(`inspect ${name}`, container.inspect());
  // The engine frees the port of a program that has already ended.
  const hostPort = NetworkSettings.Ports[portKey(port.containerPort)]?.[0]?.HostPort ?? port.hostPort;
  return hostPort === undefined ? undefined : Number(hostPort);
}
