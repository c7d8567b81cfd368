import { SERVICES } from '@sluice/contracts';
import { openDatabase, provision } from '@sluice/database';
import { DIRECTORY_MIGRATIONS, hashToken } from '@sluice/directory';
import type { Lab } from '../lab/index.js';
import type { Keys } from './keys.js';
import { DATABASE } from './service-env.plan.js';

/** Database, roles, schemas, and the tokens by which services know each other. Safe to repeat. */
export async function provisionDatabase(lab: Lab, keys: Keys): Promise<void> {
  await provision({
    adminUrl: lab.postgres.url,
    database: DATABASE,
    roles: SERVICES.map((service) => ({ service, password: keys.databasePasswords[service] })),
    directoryOwner: 'gateway',
  });

  const url = new URL(lab.postgres.url);
  Object.assign(url, { username: 'gateway', password: keys.databasePasswords.gateway, pathname: `/${DATABASE}` });
  const db = await openDatabase(url.href, 'gateway', DIRECTORY_MIGRATIONS);
  try {
    for (const service of SERVICES) {
      await db.query(
        `insert into directory.tokens (service, name, hash) values ($1, 'launcher', $2) on conflict (hash) do nothing`,
        [service, hashToken(keys.serviceTokens[service])],
      );
    }
  } finally {
    await db.destroy();
  }
}
