import { randomBytes } from 'node:crypto';
import { SERVICES, type Service } from '@sluice/contracts';
import { newToken } from '@sluice/directory';
import { planFolder } from '../lab/folder.js';
import { readJson, writeJson } from '../lab/secrets.js';

/** What the suite keeps beside its data: made once, readable by its owner only. */
export interface Keys {
  /** 32 bytes in base64: opens what the directory keeps encrypted. */
  readonly secretsKey: string;
  readonly adminPassword: string;
  readonly serviceTokens: Readonly<Record<Service, string>>;
  readonly databasePasswords: Readonly<Record<Service, string>>;
}

const forEach = (make: () => string, kept: Partial<Record<Service, string>> = {}): Record<Service, string> =>
  Object.fromEntries(SERVICES.map((service) => [service, kept[service] ?? make()])) as Record<Service, string>;

export function keepKeys(dir: string): Keys {
  const folder = planFolder(dir);
  const kept = readJson<Partial<Keys>>(folder, 'suite.json');
  const keys: Keys = {
    secretsKey: kept.secretsKey ?? randomBytes(32).toString('base64'),
    adminPassword: kept.adminPassword ?? randomBytes(15).toString('base64url'),
    serviceTokens: forEach(newToken, kept.serviceTokens),
    databasePasswords: forEach(() => randomBytes(24).toString('hex'), kept.databasePasswords),
  };
  writeJson(folder, 'suite.json', keys);
  return keys;
}
