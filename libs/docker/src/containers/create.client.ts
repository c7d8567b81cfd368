import type { Container, ContainerCreateOptions } from 'dockerode';
import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';
import { removeContainer } from './containers.client.js';

/**
 * Creates a container. One of the same name and labels is what a killed worker left of the same piece of work: it is
 * removed. Anybody else's stays, and the 409 is thrown. Takes no signal: an unanswered request could leave one behind.
 */
export async function createContainer(engine: Engine, plan: ContainerCreateOptions): Promise<Container> {
  const create = (): Promise<Container> =>
    answer(`create the container ${plan.name}`, engine.docker.createContainer(plan));
  try {
    return await create();
  } catch (error) {
    const taken = error instanceof EngineError && error.status === 409;
    if (!taken || !(await isLeftover(engine, plan))) throw error;
    await removeContainer(engine, plan.name ?? '');
    return create();
  }
}

async function isLeftover(
  engine: Engine,
  { name = '', Labels: wanted = {} }: ContainerCreateOptions,
): Promise<boolean> {
  const there = await answer(`inspect the container ${name}`, engine.docker.getContainer(name).inspect());
  const labels = Object.entries(wanted);
  return labels.length > 0 && labels.every(([key, value]) => there.Config.Labels[key] === value);
}
