import type { Service } from '@sluice/contracts';
import { DataSource, migrate } from '@sluice/database';
import { DIRECTORY_MIGRATIONS } from '@sluice/directory';
import { randomBytes } from 'node:crypto';
import { readLab } from './lab.js';

export interface TestDatabase {
  /** For the service's `DATABASE_URL`. */
  readonly url: string;
  /** To arrange and to look; unqualified names are in the service's schema. */
  readonly db: DataSource;
  drop(): Promise<void>;
}

/** A database of its own with an empty schema for one service and the directory's tables. */
export async function aTestDatabase(service: Service): Promise<TestDatabase> {
  const admin = await open(readLab().postgres.url);
  const name = `t_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name}`);

  const url = new URL(readLab().postgres.url);
  url.pathname = `/${name}`;
  const db = await open(url.href, service);
  await db.query(`create schema ${service}`);
  await db.query('create schema directory');
  // The gateway brings the directory's tables itself.
  if (service !== 'gateway') await migrate(db, 'directory', DIRECTORY_MIGRATIONS);

  const drop = async (): Promise<void> => {
    await db.destroy();
    await admin.query(`drop database ${name} with (force)`);
    await admin.destroy();
  };
  return { url: url.href, db, drop };
}

const open = (url: string, schema = 'public'): Promise<DataSource> =>
  new DataSource({
    type: 'postgres',
    url,
    poolErrorHandler: () => undefined,
    extra: { max: 2, options: `-c search_path=${schema}` },
  }).initialize();
