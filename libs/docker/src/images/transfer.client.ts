import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';
import type { RegistryAuth } from '../registry-auth.js';
import { jsonLines } from '../stream/json-lines.js';
import { ImageTransferError, toTransferError, transferProblem } from './transfer.error.js';

export interface ImagePush {
  /** With the registry's host, without a tag: `10.0.0.1:5000/dev/app`. */
  readonly repository: string;
  readonly tag: string;
  readonly auth?: RegistryAuth;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export interface PushedImage {
  /** Of the manifest, as the registry knows it: `sha256:…`. */
  readonly digest: string;
  /** Of the manifest, in bytes. */
  readonly size: number;
}

/** One line of the engine's answer to a push or pull. */
interface TransferAnswer {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly total?: number };
  readonly aux?: { readonly Digest?: string; readonly Size?: number };
  readonly error?: string;
}

/** Pushes an image of this engine. @throws ImageTransferError, EngineError, or the signal's reason. */
export async function pushImage(engine: Engine, push: ImagePush): Promise<PushedImage> {
  const { repository, tag, auth, signal } = push;
  const image = `${repository}:${tag}`;
  let pushed: PushedImage | undefined;

  // Engine 20.10 refuses a push without X-Registry-Auth, so nobody is named by empty words.
  const authconfig = auth ?? { username: '', password: '', serveraddress: '' };
  const request = engine.docker.getImage(repository).push({ tag, authconfig, abortSignal: signal });
  await transfer(image, request, push, ({ aux }) => {
    if (aux?.Digest) pushed = { digest: aux.Digest, size: aux.Size ?? 0 };
  });
  if (!pushed) throw new EngineError(`push ${image}`, undefined, 'the engine ended its answer without a digest');
  return pushed;
}

export interface ImagePull {
  /** Best by digest: `10.0.0.1:5000/test/app@sha256:…`. The engine checks the bytes against it. */
  readonly image: string;
  readonly auth?: RegistryAuth;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Pulls an image to this engine. @throws ImageTransferError, EngineError, or the signal's reason. */
export async function pullImage(engine: Engine, pull: ImagePull): Promise<void> {
  const { image, auth, signal } = pull;
  const request = engine.docker.pull(image, { ...(auth ? { authconfig: auth } : {}), abortSignal: signal });
  await transfer(image, request, pull, () => undefined);
}

async function transfer(
  image: string,
  request: Promise<NodeJS.ReadableStream>,
  { signal, onLine }: Pick<ImagePull, 'signal' | 'onLine'>,
  onAnswer: (answer: TransferAnswer) => void,
): Promise<void> {
  const follow = async (): Promise<void> => {
    for await (const line of jsonLines<TransferAnswer>((await request) as AsyncIterable<Buffer>)) {
      if (line.error) throw new ImageTransferError(image, transferProblem(line.error), line.error);
      if (line.status && !line.progressDetail?.total) onLine?.(line.id ? `${line.id}: ${line.status}` : line.status);
      onAnswer(line);
    }
  };
  try {
    await answer(`transfer ${image}`, follow(), signal);
  } catch (error) {
    throw toTransferError(image, error);
  }
}
