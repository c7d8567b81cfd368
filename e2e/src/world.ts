import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  Api,
  CHECKOUT,
  planEnvironments,
  seedEnvironments,
  seedUser,
  urlOf,
  WorkingCopy,
  type SuiteAccess,
} from '@sluice/local';
import { SERVICES, type Service } from '@sluice/contracts';
import { until } from './until.js';
import type { Scenario } from './scenario.js';

/** Everything of a running Sluice that a scenario touches. */
export interface World {
  readonly suite: SuiteAccess;
  readonly admin: Api;
  readonly developer: Api;
  readonly work: string;
}

const PASSWORD = 'swordfish-and-chips';
export const DEVELOPER = { name: 'dana', password: PASSWORD };

/** People and environments; nothing guards OPS, so that a run goes through by itself. */
export async function enterWorld(suite: SuiteAccess): Promise<World> {
  const admin = await Api.login(suite.url, 'admin', suite.keys.adminPassword);
  await seedEnvironments(admin, planEnvironments(suite.lab, 0));
  await admin.patch('/environments/ops', { approvals: 0 }); // A Sluice that was started for people has a gate there.
  const developer = await seedUser(admin, { ...DEVELOPER, preset: 'developer' });
  return { suite, admin, developer, work: join(suite.lab.dir, 'work') };
}

/** What a scenario before this one killed has come back. */
export async function untilAllReady({ suite }: World): Promise<void> {
  const ready = async (service: Service): Promise<boolean> =>
    fetch(`${urlOf(suite.lab, service)}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(async () => (await Promise.all(SERVICES.map(ready))).every(Boolean), 60_000);
}

/** Writes a scenario's content into a working copy. */
export function layOut(copy: WorkingCopy, { from, files }: Pick<Scenario, 'from' | 'files'>): void {
  if (from) cpSync(join(CHECKOUT, from), copy.dir, { recursive: true });
  for (const [path, text] of Object.entries(files ?? {})) {
    const file = join(copy.dir, path);
    if (text === null) rmSync(file, { recursive: true, force: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}
