import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What tests need of the running lab; `deploy/local` writes the file. */
export interface LabAddresses {
  readonly postgres: { readonly url: string };
  readonly broker: { readonly integrationUrl: string };
  readonly registry: { readonly url: string; readonly host: string };
  readonly engines: Readonly<Record<'dev' | 'test' | 'ops1' | 'ops2', { dockerHost: string; address: string }>>;
}

/** The lab that the tests were given, or that of this checkout. Throws when there is none. */
export function readLab(): LabAddresses {
  const dir = process.env.SLUICE_TEST_LAB ?? fileURLToPath(new URL('../../../.sluice', import.meta.url));
  const file = join(dir, 'lab.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LabAddresses;
  } catch (cause) {
    throw new Error('integration tests need the lab: start it with "npm run lab"', { cause });
  }
}
