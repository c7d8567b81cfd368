import { Injectable } from '@nestjs/common';
import type { CloudEvent } from '@sluice/contracts';
import { DataSource } from '@sluice/database';

export interface HeardEvent {
  /** Grows with every event, in the order in which they can be read. */
  readonly id: string;
  readonly event: CloudEvent;
}

@Injectable()
export class EventsRepository {
  constructor(private readonly db: DataSource) {}

  /**
   * Identities are given out before the commit, so without more a reader could see 6, go on after it, and never see 5,
   * which committed later. The lock is taken before the identity and held until the commit: one writer at a time among
   * all replicas, and so the order of the ids is the order in which they become visible.
   */
  async add(event: CloudEvent): Promise<void> {
    await this.db.query(
      `with turn as materialized (select pg_advisory_xact_lock(hashtext('gateway.events')))
       insert into events (event_id, event) select $1, $2 from turn on conflict do nothing`,
      [event.id, event],
    );
  }

  after(id: string, limit: number): Promise<HeardEvent[]> {
    return this.db.query('select id, event from events where id > $1 order by id limit $2', [id, limit]);
  }

  async latestId(): Promise<string> {
    const [row] = await this.db.query('select coalesce(max(id), 0) as id from events');
    return row.id;
  }

  async forgetOld(): Promise<void> {
    await this.db.query(`delete from events where heard_at < now() - interval '7 days'`);
  }
}
