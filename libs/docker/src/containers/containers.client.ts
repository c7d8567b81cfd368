import type { Engine } from '../engine.js';
import { EngineError, answer, answerIfThere } from '../engine.error.js';
import { demultiplex } from '../stream/log-demultiplexer.js';
import type { RestartPolicy } from './container.plan.js';
import { readSingleFile } from './tar.plan.js';

export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** created, running, paused, restarting, removing, exited or dead. */
  readonly state: string;
  readonly hostPorts: readonly number[];
}

export interface ContainerState {
  readonly running: boolean;
  /** Of the last run; undefined while running. */
  readonly exitCode: number | undefined;
  /** Undefined when the image has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  readonly oomKilled: boolean;
  readonly restarts: number;
}

/** Every container, running or not, that carries all of the labels. @throws EngineError */
export async function findContainers(
  engine: Engine,
  labels: Readonly<Record<string, string>>,
): Promise<FoundContainer[]> {
  const filters = { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
  const found = await answer('list the containers', engine.docker.listContainers({ all: true, filters }));
  return found.map(({ Id, Names, Image, Labels, State, Ports }) => ({
    id: Id,
    name: (Names[0] ?? '').slice(1), // The engine puts a slash before it.
    image: Image,
    labels: Labels,
    state: State,
    hostPorts: [...new Set(Ports.map(({ PublicPort }) => PublicPort).filter((port) => port > 0))],
  }));
}

/** @returns undefined when there is no such container. @throws EngineError */
export async function containerState(engine: Engine, idOrName: string): Promise<ContainerState | undefined> {
  const inspect = engine.docker.getContainer(idOrName).inspect();
  const found = await answerIfThere(`inspect the container ${idOrName}`, inspect);
  if (!found) return undefined;
  const { Running, ExitCode, OOMKilled, Health } = found.State;
  const health = Health?.Status === 'none' ? undefined : (Health?.Status as ContainerState['health']);
  return {
    running: Running,
    exitCode: Running ? undefined : ExitCode,
    health,
    oomKilled: OOMKilled,
    restarts: found.RestartCount,
  };
}

/** What the engine does when the container's program ends from now on. @throws EngineError */
export async function setRestartPolicy(engine: Engine, idOrName: string, policy: RestartPolicy): Promise<void> {
  const update = engine.docker.getContainer(idOrName).update({ RestartPolicy: { Name: policy } });
  await answer(`update the container ${idOrName}`, update);
}

/** Kills and removes a container with its anonymous volumes. One that is gone, or going, is fine. @throws EngineError */
export async function removeContainer(engine: Engine, idOrName: string): Promise<void> {
  const operation = `remove the container ${idOrName}`;
  try {
    await answerIfThere(operation, engine.docker.getContainer(idOrName).remove({ force: true, v: true }));
  } catch (error) {
    const going = error instanceof EngineError && error.status === 409 && error.detail.includes('already in progress');
    if (!going) throw error;
  }
}

/** The last lines of both outputs in the order the engine got them; none when there is no such container. */
export async function lastLogLines(engine: Engine, idOrName: string, count: number): Promise<string[]> {
  const options = { stdout: true, stderr: true, follow: false as const, tail: count };
  const log = await answerIfThere(`read the log of ${idOrName}`, engine.docker.getContainer(idOrName).logs(options));
  return log ? demultiplex(log).slice(-count) : [];
}

/**
 * Reads one file out of a container, running or not.
 * @param path absolute, or from the container's working directory.
 * @returns undefined when the file or container is not there.
 * @throws ContainerFileError when it is no plain file or larger than `maxBytes`, EngineError.
 */
export async function readFile(
  engine: Engine,
  idOrName: string,
  path: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const container = engine.docker.getContainer(idOrName);
  const found = await answerIfThere(`inspect the container ${idOrName}`, container.inspect());
  if (!found) return undefined;

  const absolute = path.startsWith('/') ? path : `${found.Config.WorkingDir || '/'}/${path}`;
  const archive = await answerIfThere(`read ${absolute}`, container.getArchive({ path: absolute }));
  return archive && (await readSingleFile(archive as AsyncIterable<Buffer>, path, maxBytes));
}
