import type { Engine } from '../engine.js';
import { answer, answerIfThere } from '../engine.error.js';
import type { RegistryAuth } from '../registry-auth.js';

/** The TCP ports that an image says its program listens on. @returns undefined when the engine has no such image. */
export async function exposedPorts(engine: Engine, image: string): Promise<number[] | undefined> {
  const found = await answerIfThere(`inspect the image ${image}`, engine.docker.getImage(image).inspect());
  if (!found) return undefined;
  const ports = Object.keys(found.Config.ExposedPorts ?? {});
  return ports.flatMap((port) => (/^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : []));
}

/** What a tag names in its registry at this moment; the engine asks there. @throws EngineError */
export async function remoteDigest(engine: Engine, image: string, auth?: RegistryAuth): Promise<string> {
  const asked = engine.docker.getImage(image).distribution(auth ? { authconfig: auth } : {}) as Promise<unknown>;
  const { Descriptor } = (await answer(`look up ${image}`, asked)) as { Descriptor: { digest: string } };
  return Descriptor.digest;
}
