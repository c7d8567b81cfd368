import type { Container } from 'dockerode';
import type { Readable } from 'node:stream';
import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';
import { LogDemultiplexer, type OnLine } from '../stream/log-demultiplexer.js';
import { type ContainerSpec, planRun } from './container.plan.js';
import { removeContainer } from './containers.client.js';
import { createContainer } from './create.client.js';
import { exitCodeOfBadCommand } from './start-failure.plan.js';

export interface ContainerRun extends ContainerSpec {
  readonly signal?: AbortSignal;
  /** Every whole line of both outputs; all have come before the run resolves. */
  readonly onLine: OnLine;
  /** Called between the exit and the removal, to read files out of the container. */
  readonly beforeRemoval?: (containerId: string) => Promise<void>;
}

export interface ContainerResult {
  /** As the engine reports it: 137 after SIGKILL; as the Docker CLI does, 127 for an unknown command, 126 for a bad one. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

/**
 * Runs a container to its end and removes it with its anonymous volumes, whatever happens.
 * @throws EngineError, or the signal's reason when cancelled (the container is killed).
 */
export async function runContainer(engine: Engine, run: ContainerRun): Promise<ContainerResult> {
  run.signal?.throwIfAborted();
  const container = await createContainer(engine, planRun(run));
  try {
    const result = await runToEnd(container, run);
    await run.beforeRemoval?.(container.id);
    return result;
  } finally {
    await removeContainer(engine, container.id);
  }
}

async function runToEnd(container: Container, { name, signal, onLine }: ContainerRun): Promise<ContainerResult> {
  // Attached before the start, or the first lines of a quick program could be missed.
  const attach = container.attach({ stream: true, stdout: true, stderr: true, abortSignal: signal });
  const output = (await answer(`attach to ${name}`, attach, signal)) as unknown as Readable;
  const lines = readLines(output, onLine);
  lines.catch(() => undefined); // Awaited below, unless the start fails first.

  try {
    await answer(`start ${name}`, container.start({ abortSignal: signal }), signal);
  } catch (error) {
    output.destroy();
    const exitCode = error instanceof EngineError ? exitCodeOfBadCommand(error.detail) : undefined;
    if (exitCode === undefined) throw error;
    onLine((error as EngineError).detail, 'stderr');
    return { exitCode, oomKilled: false };
  }

  // The engine ends the stream after the last byte that the dead program wrote.
  const wait = container.wait({ condition: 'not-running', abortSignal: signal });
  const [{ StatusCode }] = await answer(`follow ${name}`, Promise.all([wait, lines]), signal);
  const { State } = await answer(`inspect ${name}`, container.inspect({ abortSignal: signal }), signal);
  return { exitCode: Number(StatusCode), oomKilled: State.OOMKilled };
}

async function readLines(output: AsyncIterable<Buffer>, onLine: OnLine): Promise<void> {
  const log = new LogDemultiplexer(onLine);
  for await (const chunk of output) log.write(chunk);
  log.end();
}
