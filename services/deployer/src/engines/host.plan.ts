import type { Environment } from '@sluice/contracts';

/** Where the published ports of an environment's engine answer. */
export function hostOf({ address, dockerHost }: Pick<Environment, 'address' | 'dockerHost'>): string {
  if (address) return address;
  return dockerHost.startsWith('tcp://') ? new URL(dockerHost).hostname : '127.0.0.1';
}
