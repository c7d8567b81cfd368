import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';

export interface Outgoing {
  readonly subscription: string;
  readonly target: string;
}

/** A delivery that is ours to make until its lease ends. */
export interface Claimed {
  readonly id: string;
  readonly attempts: number;
  readonly url: string;
  readonly subscription: string;
  readonly secret: Buffer;
  readonly event: { readonly id: string };
}

export interface Outcome {
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly nextDelaySeconds?: number;
  readonly responseCode?: number;
  readonly error?: string;
}

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly db: DataSource) {}

  /** One row for each subscription, however often the event is heard. */
  async add(event: { id: string }, run: string | null, to: readonly Outgoing[]): Promise<void> {
    await this.db.query(
      `insert into deliveries (subscription, target, event_id, event, run)
       select s.subscription, s.target, $2, $3, $4 from jsonb_to_recordset($1::jsonb) as s(subscription uuid, target text)
       on conflict do nothing`,
      [JSON.stringify(to), event.id, event, run],
    );
  }

  /**
   * The next delivery for each target that nobody is sending to: a slow target has one delivery under way and takes nothing
   * from the others. The lease outlasts the longest attempt.
   */
  async claim(limit: number): Promise<Claimed[]> {
    const [rows] = await this.db.query(
      `update deliveries d set attempts = attempts + 1, attempted_at = now(), leased_until = now() + interval '30 seconds'
       from subscriptions s
       where s.id = d.subscription and d.id in (
         select id from deliveries where id in (
           select due.id
           from (select distinct target from subscriptions where active) t
           cross join lateral (
             select d.id from deliveries d join subscriptions s on s.id = d.subscription and s.active
             where d.target = t.target and d.status = 'pending' and d.next_attempt_at <= now()
             order by d.next_attempt_at limit 1
           ) due
           where not exists (
             select 1 from deliveries b where b.target = t.target and b.status = 'pending' and b.leased_until > now()
           )
         )
         limit $1 for update skip locked
       )
       returning d.id, d.attempts, s.url, s.id as subscription, s.secret, d.event`,
      [limit],
    );
    return rows;
  }

  /** The attempt fences it: who comes too late changes nothing. */
  async finish({ id, attempts }: Claimed, { status, nextDelaySeconds, responseCode, error }: Outcome): Promise<void> {
    await this.db.query(
      `update deliveries set status = $3, next_attempt_at = now() + make_interval(secs => $4), leased_until = null,
         response_code = $5, error = $6
       where id = $1 and attempts = $2 and status = 'pending'`,
      [id, attempts, status, nextDelaySeconds ?? null, responseCode ?? null, error ?? null],
    );
  }

  /** Gives back what was begun and not ended, as if it had not been tried. */
  async release({ id, attempts }: Claimed): Promise<void> {
    await this.db.query(
      `update deliveries set attempts = attempts - 1, leased_until = null
       where id = $1 and attempts = $2 and status = 'pending'`,
      [id, attempts],
    );
  }

  async forgetOld(): Promise<void> {
    await this.db.query(
      `delete from deliveries where status <> 'pending' and attempted_at < now() - interval '30 days'`,
    );
  }
}
