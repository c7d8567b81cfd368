import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { may, type Principal } from '@sluice/directory';
import { notFound, pageOf, type Page } from '@sluice/runtime';
import { Dispatcher } from './dispatcher.js';

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;

export interface DeliveryView {
  readonly id: string;
  readonly subscription: string;
  readonly event: string;
  readonly type: string;
  readonly run: string | null;
  readonly status: (typeof DELIVERY_STATUSES)[number];
  readonly attempts: number;
  readonly createdAt: Date;
  readonly attemptedAt: Date | null;
  readonly nextAttemptAt: Date | null;
  readonly responseCode: number | null;
  readonly error: string | null;
}

export interface DeliveryFilter {
  readonly subscription?: string;
  readonly run?: string;
  readonly status?: string;
}

const DELIVERY = `d.id, d.subscription, d.event_id as event, d.event ->> 'type' as type, d.run, d.status, d.attempts,
  d.created_at as "createdAt", d.attempted_at as "attemptedAt", d.next_attempt_at as "nextAttemptAt",
  d.response_code as "responseCode", d.error`;

/** What was told to whom; seen by the owner of the subscription and by administrators. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly db: DataSource,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** Newest first. */
  async list(
    principal: Principal,
    { subscription, run, status }: DeliveryFilter,
    limit: number,
    before?: string,
  ): Promise<Page<DeliveryView>> {
    const rows: (DeliveryView & { number: string })[] = await this.db.query(
      `select d.number, ${DELIVERY} from deliveries d join subscriptions s on s.id = d.subscription
       where ($1 or s.owner = $2) and ($3::uuid is null or s.id = $3) and ($4::uuid is null or d.run = $4)
         and ($5::text is null or d.status = $5) and ($6::bigint is null or d.number < $6)
       order by d.number desc limit $7`,
      [
        may(principal, 'administer'),
        principal.id,
        subscription ?? null,
        run ?? null,
        status ?? null,
        before ?? null,
        limit + 1,
      ],
    );
    const { items, next } = pageOf(rows, limit, (row) => row.number);
    return { items: items.map(({ number: _, ...view }) => view), next };
  }

  /** Sends it again from the first attempt on, with the same id: a receiver that has it can tell. */
  async replay(principal: Principal, id: string): Promise<DeliveryView> {
    const [[row]] = await this.db.query(
      `update deliveries d set status = 'pending', attempts = 0, next_attempt_at = now(), error = null, response_code = null
       from subscriptions s
       where d.id = $1 and s.id = d.subscription and ($2 or s.owner = $3) and coalesce(d.leased_until <= now(), true)
       returning ${DELIVERY}`,
      [id, may(principal, 'administer'), principal.id],
    );
    if (!row) throw notFound('delivery', id);
    this.dispatcher.wake();
    return row;
  }
}
