import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import type { Arrival } from '../pushes/push.js';
import type { Forge } from './hook.js';

/** One attempt of a forge to tell us something. */
export interface Delivery {
  readonly project: string;
  readonly source: Forge;
  readonly id: string;
  readonly event: string;
  readonly bodyHash: Buffer;
}

export interface DeliveryRow {
  readonly id: string;
  readonly project: string;
  readonly source: string;
  readonly delivery: string;
  readonly event: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly run: string | null;
  readonly receivedAt: Date;
}

/** What the database answered to an attempt to accept a push. */
export interface Acceptance {
  /** The delivery was not seen before. */
  readonly claimed: boolean;
  /** The branch stood at the commit that the push started from, and was moved. */
  readonly moved: boolean;
  /** The very same bytes came before: a forge never says the same twice, somebody who recorded it does. */
  readonly replayed: boolean;
}

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly db: DataSource) {}

  /**
   * In one statement: claims the delivery, moves the branch from `before` to `commit`, and records the push if both could be
   * done. `anyBefore` moves the branch from wherever it was.
   */
  async accept(
    tx: EntityManager,
    { project, source, id, event, bodyHash }: Delivery,
    arrival: Arrival,
    anyBefore: boolean,
  ): Promise<Acceptance> {
    const [row] = await tx.query(
      `with claimed as (
         insert into hook_deliveries (project, source, delivery, event, verdict, run, body_hash)
         values ($1, $2, $3, $4, 'accepted', $5, $6)
         on conflict (project, source, delivery) do nothing returning id),
       moved as (
         insert into heads (project, ref, commit) select $1, $7, $9 from claimed
         on conflict (project, ref) do update set commit = excluded.commit, moved_at = now()
           where heads.commit <> excluded.commit and (heads.commit = $8 or $12)
         returning commit),
       told as (
         insert into pushes (run, project, ref, before, commit, pusher, subject, source)
         select $5, $1, $7, $8, $9, $10, $11, $2 from moved)
       select exists (select from claimed) as claimed, exists (select from moved) as moved,
         exists (select from hook_deliveries where project = $1 and body_hash = $6) as replayed`,
      [
        project,
        source,
        id,
        event,
        arrival.run,
        bodyHash,
        arrival.ref,
        arrival.before,
        arrival.commit,
        arrival.pusher,
        arrival.subject,
        anyBefore,
      ],
    );
    return row;
  }

  async find({ project, source, id }: Delivery): Promise<{ verdict: string; run: string | null } | undefined> {
    const [row] = await this.db.query(
      'select verdict, run from hook_deliveries where project = $1 and source = $2 and delivery = $3',
      [project, source, id],
    );
    return row;
  }

  async head(project: string, ref: string): Promise<string | undefined> {
    const [row] = await this.db.query('select commit from heads where project = $1 and ref = $2', [project, ref]);
    return row?.commit;
  }

  /** Records what changes nothing. */
  async note(
    { project, source, id, event, bodyHash }: Delivery,
    verdict: 'ignored' | 'duplicate',
    reason: string,
    run?: string,
  ): Promise<void> {
    await this.db.query(
      `insert into hook_deliveries (project, source, delivery, event, verdict, reason, run, body_hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
      [project, source, id, event, verdict, reason, run ?? null, bodyHash],
    );
  }

  /** The branch is gone: it stands at no commit, so that its return is a push. A repeated delivery changes nothing. */
  async branchDeleted({ project, source, id, event, bodyHash }: Delivery, ref: string, zero: string): Promise<void> {
    await this.db.query(
      `with claimed as (
         insert into hook_deliveries (project, source, delivery, event, verdict, reason, body_hash)
         values ($1, $2, $3, $4, 'ignored', 'a deleted branch starts no run', $5)
         on conflict do nothing returning id)
       update heads set commit = $7, moved_at = now()
       where project = $1 and ref = $6 and exists (select from claimed)
         and not exists (select from hook_deliveries where project = $1 and body_hash = $5)`,
      [project, source, id, event, bodyHash, ref, zero],
    );
  }

  /** Newest first, those before `id`. */
  page(project: string | undefined, before: string | undefined, limit: number): Promise<DeliveryRow[]> {
    return this.db.query(
      `select id, project, source, delivery, event, verdict, reason, run, received_at as "receivedAt"
       from hook_deliveries where ($1::text is null or project = $1) and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [project ?? null, before ?? null, limit],
    );
  }
}
