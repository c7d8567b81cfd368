import type { DataSource } from 'typeorm';

/** Somebody else holds the lock for longer than the caller would wait. */
export class LockTaken extends Error {
  override readonly name = 'LockTaken';
}

export interface HeldLock {
  /** Throws when the connection that held the lock has broken: somebody else may hold it by now. */
  assertHeld(): Promise<void>;
}

export interface LockRequest {
  /** Whatever is done under the same name takes turns, in all processes that share the database. */
  readonly name: string;
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
}

const LOOK_EVERY_MS = 100;

/**
 * Does `work` while a connection of its own holds an advisory lock, which ends with that connection: a killed process
 * leaves nothing locked. A lock of a transaction would not do, since no transaction may stay open over calls to others.
 * Throws `LockTaken`, or the signal's reason.
 */
export async function withLock<T>(
  db: DataSource,
  { name, patienceMs, signal }: LockRequest,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const connection = db.createQueryRunner();
  try {
    const until = Date.now() + patienceMs;
    for (;;) {
      signal?.throwIfAborted();
      const [row] = await connection.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as taken', [name]);
      if (row.taken) break;
      if (Date.now() >= until) throw new LockTaken(`"${name}" is held by somebody else`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    try {
      return await work({ assertHeld: async () => void (await connection.query('select 1')) });
    } finally {
      // On a broken connection there is nothing to give back.
      await connection.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]).catch(() => undefined);
    }
  } finally {
    await connection.release();
  }
}
