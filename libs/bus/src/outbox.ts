import type { CloudEvent } from '@sluice/contracts';
import type { EntityManager } from '@sluice/database';

export interface OutboxRow {
  readonly id: string;
  readonly event: CloudEvent;
}

/** Writes events into the transaction of the change that they tell of. */
export async function addToOutbox(tx: EntityManager, events: readonly CloudEvent[]): Promise<OutboxRow[]> {
  if (events.length === 0) return [];
  const rows: { id: string }[] = await tx.query(
    `insert into outbox (event) select value from jsonb_array_elements($1::jsonb) with ordinality order by ordinality returning id`,
    [JSON.stringify(events)],
  );
  return rows.map(({ id }, index) => ({ id, event: events[index]! }));
}

export async function removeFromOutbox(db: Pick<EntityManager, 'query'>, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query('delete from outbox where id = any($1::bigint[])', [ids]);
}

/** What a crash or a broken broker left behind, oldest first, and no other sweeper's. Younger rows are being published by their writer. */
export function leftBehind(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
  return tx.query(
    `select id, event from outbox where created_at < clock_timestamp() - interval '2 seconds'
     order by id limit $1 for update skip locked`,
    [limit],
  );
}
