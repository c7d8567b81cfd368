import { createHmac } from 'node:crypto';

export const stackName = (project: string): string => `sluice-${project}`;

/** Docker's limit for the name of a secret. */
const LONGEST_NAME = 64;
const HASH_LENGTH = 8;

/**
 * A swarm's secrets never change, so the name says which value it is, and an older release still finds its own. Keyed,
 * because a plain hash in a public name would let everybody try out values.
 */
export function secretSource(key: Buffer, stack: string, environment: string, name: string, value: string): string {
  const about = JSON.stringify([stack, environment, name, value]);
  const hash = createHmac('sha256', key).update(about).digest('hex').slice(0, HASH_LENGTH);
  return `${`${stack}_${name}`.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}_${hash}`;
}
