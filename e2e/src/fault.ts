import { openDatabase, type DataSource } from '@sluice/database';
import { until } from './until.js';
import type { EventEar } from './events.js';
import type { Fault } from './scenario.js';
import type { World } from './world.js';

const WITHIN_MS = 60_000;

/** Prepares a fault; `strike` waits for its moment. */
export async function prepareFault(
  fault: Fault,
  { suite }: World,
): Promise<(run: string, ear: EventEar) => Promise<void>> {
  const held = fault.hold ? await hold(suite.lab.postgres.url, fault.hold) : undefined;
  return async (run, ear) => {
    await ear.until(run, fault.at, WITHIN_MS);
    await held?.untilWanted();
    if (fault.kill) {
      const pid = suite.pidOf(fault.kill);
      suite.signal(fault.kill, 'SIGKILL');
      await until(() => suite.pidOf(fault.kill!) !== pid, 10_000);
    }
    if (fault.restart) suite.signal(fault.restart, 'SIGKILL');
    await held?.release();
  };
}

interface Held {
  /** Resolves when somebody waits for the table. */
  untilWanted(): Promise<void>;
  release(): Promise<void>;
}

/** Locks a table against writers, so that a stage does its work and cannot record it. */
async function hold(postgresUrl: string, table: string): Promise<Held> {
  const url = new URL(postgresUrl);
  url.pathname = '/sluice';
  const db = await openDatabase(url.href, table.split('.')[0]!, []);
  const locker = db.createQueryRunner();
  await locker.startTransaction();
  await locker.query('set local idle_in_transaction_session_timeout = 0');
  await locker.query(`lock table ${table} in share mode`);
  return {
    untilWanted: () => until(async () => (await waiters(db, table)) > 0, WITHIN_MS),
    async release() {
      // The killed worker's wait would be granted to nobody: its connection is gone.
      await locker.rollbackTransaction();
      await locker.release();
      await db.destroy();
    },
  };
}

async function waiters(db: DataSource, table: string): Promise<number> {
  const [row] = await db.query(
    'select count(*)::int as n from pg_locks where relation = $1::regclass and not granted',
    [table],
  );
  return row.n;
}
