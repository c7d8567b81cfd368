import type { Readable } from 'node:stream';
import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';
import { jsonLines } from '../stream/json-lines.js';
import { BuildError } from './build.error.js';
import { BuildLog } from './build-log.plan.js';
import { decodeTrace } from './trace.decoder.js';

export interface ImageBuild {
  /** The build context as a tar, plain or compressed by gzip. It is read once and closed in every case. */
  readonly context: Readable;
  /** The Dockerfile's path within the context. */
  readonly dockerfile: string;
  /** The name the image gets on this engine, `repository:tag`. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
  /** The stage of the Dockerfile to stop at; the last one when absent. */
  readonly target?: string;
  /** The network of RUN steps: `default`, `none` or `host`. */
  readonly network?: string;
  readonly signal?: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** One line of the engine's answer to a build. */
interface BuildAnswer {
  readonly id?: string;
  readonly aux?: string | { readonly ID: string };
  readonly error?: string;
  readonly errorDetail?: { readonly message: string };
}

/**
 * Builds by BuildKit through `POST /build?version=2`: the engine's own BuildKit needs neither buildx nor a session for
 * it. We open no session on purpose: BuildKit asks it for credentials by registry host, and dockerode's session hands
 * the same password to whatever host a Dockerfile names. A private base image is pulled first with `pullImage`;
 * BuildKit then takes it from the engine.
 *
 * @returns the image's id on this engine, `sha256:…` of its configuration.
 * @throws BuildError when the build fails, EngineError when the engine does, the signal's reason when cancelled:
 *   closing the connection ends the running step.
 */
export async function buildImage(engine: Engine, build: ImageBuild): Promise<{ imageId: string }> {
  const { context, signal } = build;
  let unreadable: Error | undefined;
  context.on('error', (error) => (unreadable = error));
  try {
    signal?.throwIfAborted();
    const log = new BuildLog(build.onLine);
    const answers = jsonLines<BuildAnswer>(await answer('start the build', startBuild(engine, build), signal));
    return await answer('follow the build', follow(answers, log), signal);
  } catch (error) {
    throw signal?.aborted ? error : (unreadable ?? error); // The engine only sees a request that breaks off.
  } finally {
    context.destroy();
  }
}

function startBuild(engine: Engine, build: ImageBuild): Promise<Readable> {
  const request = {
    path: '/build?',
    method: 'POST',
    file: build.context,
    isStream: true,
    abortSignal: build.signal,
    statusCodes: { 200: true },
    options: {
      version: '2',
      t: build.tag,
      dockerfile: build.dockerfile,
      labels: build.labels,
      buildargs: build.args ?? {},
      ...(build.target === undefined ? {} : { target: build.target }),
      ...(build.network === undefined ? {} : { networkmode: build.network }),
    },
  };
  return new Promise((resolve, reject) => {
    engine.docker.modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream as Readable)));
  });
}

async function follow(answers: AsyncIterable<BuildAnswer>, log: BuildLog): Promise<{ imageId: string }> {
  let imageId: string | undefined;
  for await (const { id, aux, error, errorDetail } of answers) {
    if (id === 'moby.buildkit.trace' && typeof aux === 'string') log.add(decodeTrace(Buffer.from(aux, 'base64')));
    if (id === 'moby.image.id' && typeof aux === 'object') imageId = aux.ID;
    if (error) throw new BuildError(errorDetail?.message ?? error, log.failed, log.lastLines);
  }
  // A stopped engine ends its answer without an error: nobody's build is broken by that.
  if (!imageId) throw new EngineError('follow the build', undefined, 'the engine ended its answer without a result');
  return { imageId };
}
