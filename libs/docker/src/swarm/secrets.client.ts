import type { Engine } from '../engine.js';
import { EngineError, answer } from '../engine.error.js';

export interface SwarmSecret {
  /** A swarm's secrets never change: what the value is belongs into the name. */
  readonly name: string;
  readonly value: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Creates a secret unless the swarm has one of this name. @throws EngineError */
export async function createSecret(engine: Engine, { name, value, labels }: SwarmSecret): Promise<void> {
  const plan = { Name: name, Labels: { ...labels }, Data: Buffer.from(value).toString('base64') };
  try {
    await answer(`create the secret ${name}`, engine.docker.createSecret(plan));
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 409) throw error;
  }
}
