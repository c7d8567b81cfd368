import { existsSync, readdirSync } from 'node:fs';

const ROOT = '/usr/lib/postgresql';

/** The major versions that Debian has installed, newest first. */
export function postgresVersions(): number[] {
  if (!existsSync(ROOT)) return [];
  return readdirSync(ROOT)
    .map(Number)
    .filter((version) => version >= 13 && existsSync(`${postgresBin(version)}/postgres`))
    .sort((a, b) => b - a);
}

export const postgresBin = (version: number): string => `${ROOT}/${version}/bin`;
