import type { DataSource } from 'typeorm';

/** One change of a schema: readable SQL under a name that sorts, never edited once it was released. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings a schema up to date, each migration in the one transaction that also records it. Replicas that start together
 * take turns by an advisory lock. Plain SQL under names rather than TypeORM's classes, so that libraries can bring
 * tables of their own into a service's schema without sharing one global order of timestamps.
 */
export async function migrate(db: DataSource, schema: string, migrations: readonly Migration[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`sluice.migrate.${schema}`]);
    await tx.query(
      `create table if not exists ${schema}.migrations (name text primary key, applied_at timestamptz not null default now())`,
    );
    const applied = new Set(
      (await tx.query(`select name from ${schema}.migrations`)).map((row: { name: string }) => row.name),
    );
    for (const { name, sql } of migrations) {
      if (applied.has(name)) continue;
      await tx.query(sql);
      await tx.query(`insert into ${schema}.migrations (name) values ($1)`, [name]);
    }
  });
}
