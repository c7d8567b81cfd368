import { createHash } from 'node:crypto';
import { RegistryError } from './registry.error.js';

// The grammars of the distribution spec, "Pulling manifests".
const NAME = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** Names become parts of a path: whatever could lead elsewhere is refused here. @throws RegistryError NAME_INVALID */
export function checkRepository(repository: string): string {
  if (NAME.test(repository) && repository.length <= 255) return repository;
  throw new RegistryError(undefined, 'NAME_INVALID', `"${repository}" is no repository's name`);
}

/** @throws RegistryError NAME_INVALID when it is neither a tag nor a sha256 digest. */
export function checkReference(reference: string): string {
  if (TAG.test(reference) || DIGEST.test(reference)) return reference;
  throw new RegistryError(undefined, 'NAME_INVALID', `"${reference}" is neither a tag nor a sha256 digest`);
}

export const isDigest = (reference: string): boolean => DIGEST.test(reference);

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
