import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type Service } from '@sluice/contracts';
import type { Folder } from './folder.js';

/** Random, made once and kept beside the data that they open. */
export interface Secrets {
  readonly postgres: string;
  readonly brokerAdmin: string;
  readonly brokerUsers: Readonly<Record<Service, string>>;
  readonly erlangCookie: string;
  readonly registry: string;
}

/** Letters and digits only: fit for a URL, a shell and a configuration file alike. */
const random = (): string => randomBytes(24).toString('hex');

export function keepSecrets(folder: Folder): Secrets {
  const kept = readJson<Partial<Secrets>>(folder, 'secrets.json');
  const secrets: Secrets = {
    postgres: kept.postgres ?? random(),
    brokerAdmin: kept.brokerAdmin ?? random(),
    brokerUsers: Object.fromEntries(
      SERVICES.map((service) => [service, kept.brokerUsers?.[service] ?? random()]),
    ) as Record<Service, string>,
    erlangCookie: kept.erlangCookie ?? random(),
    registry: kept.registry ?? random(),
  };
  writeJson(folder, 'secrets.json', secrets);
  return secrets;
}

export function readJson<T extends object>(folder: Folder, name: string): T {
  try {
    return JSON.parse(readFileSync(join(folder.dir, name), 'utf8')) as T;
  } catch {
    return {} as T; // The first start on this folder.
  }
}

export function writeJson(folder: Folder, name: string, value: object): void {
  const file = join(folder.dir, name);
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
