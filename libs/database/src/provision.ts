import { DataSource } from 'typeorm';

export interface ServiceRole {
  /** Name of the role and of its schema. */
  readonly service: string;
  readonly password: string;
}

export interface Provision {
  /** A role that may create databases and roles; used for this alone. */
  readonly adminUrl: string;
  readonly database: string;
  readonly roles: readonly ServiceRole[];
  /** Who writes the shared `directory` schema; all the others may read it, and nothing else that is not theirs. */
  readonly directoryOwner: string;
}

/** Creates what is missing: the database, a role and schema for each service, the directory. Safe to repeat. */
export async function provision({ adminUrl, database, roles, directoryOwner }: Provision): Promise<void> {
  await withConnection(adminUrl, async (admin) => {
    const [found] = await admin.query('select 1 from pg_database where datname = $1', [database]);
    if (!found) await admin.query(`create database ${quote(database)}`);
    await admin.query(`revoke connect on database ${quote(database)} from public`);
    for (const { service, password } of roles) {
      const [role] = await admin.query('select 1 from pg_roles where rolname = $1', [service]);
      if (!role) await admin.query(`create role ${quote(service)} login`);
      await admin.query(`alter role ${quote(service)} password ${literal(password)}`);
      await admin.query(`grant connect on database ${quote(database)} to ${quote(service)}`);
    }
  });

  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  await withConnection(url.href, async (admin) => {
    for (const { service } of roles)
      await admin.query(`create schema if not exists ${quote(service)} authorization ${quote(service)}`);
    await admin.query(`create schema if not exists directory authorization ${quote(directoryOwner)}`);
    for (const { service } of roles.filter((role) => role.service !== directoryOwner)) {
      await admin.query(`grant usage on schema directory to ${quote(service)}`);
      await admin.query(`grant select on all tables in schema directory to ${quote(service)}`);
      await admin.query(
        `alter default privileges for role ${quote(directoryOwner)} in schema directory grant select on tables to ${quote(service)}`,
      );
    }
  });
}

async function withConnection(url: string, work: (db: DataSource) => Promise<void>): Promise<void> {
  const db = await new DataSource({ type: 'postgres', url, extra: { max: 1 } }).initialize();
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}

// Names and passwords of roles cannot be bound as parameters.
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
