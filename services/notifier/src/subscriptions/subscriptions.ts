import { Injectable } from '@nestjs/common';
import { Bus } from '@sluice/bus';
import { eventMatches, type CloudEvent } from '@sluice/contracts';
import { DataSource } from '@sluice/database';
import { may, readKey, seal, type Principal } from '@sluice/directory';
import { notFound, pageOf, type Page } from '@sluice/runtime';
import { randomUUID } from 'node:crypto';
import { DeliveriesRepository, type Outgoing } from '../deliveries/deliveries.repository.js';
import { Dispatcher } from '../deliveries/dispatcher.js';
import { newSigningSecret } from '../deliveries/signature.js';
import { NotifierConfig } from '../notifier.config.js';

export interface SubscriptionView {
  readonly id: string;
  readonly url: string;
  readonly events: string[];
  readonly project: string | null;
  readonly active: boolean;
  readonly createdAt: Date;
}

export interface NewSubscription {
  readonly url: string;
  readonly events: string[];
  readonly project?: string;
}

const SUBSCRIPTION = `id, url, events, project, active, created_at as "createdAt"`;

/** Who wants to know what. Each belongs to who made it; administrators see all. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly db: DataSource,
    private readonly config: NotifierConfig,
    private readonly deliveries: DeliveriesRepository,
    private readonly dispatcher: Dispatcher,
    bus: Bus,
  ) {
    // One at a time keeps the order. `consume` rather than `handle`: the rows themselves are unique for each event and
    // subscription, and the dispatcher is woken after the commit.
    bus.consume('notifier.events', 1, (event) => this.hear(event));
  }

  async list(principal: Principal, limit: number, after?: string): Promise<Page<SubscriptionView>> {
    const rows: SubscriptionView[] = await this.db.query(
      `select ${SUBSCRIPTION} from subscriptions
       where ($1 or owner = $2) and ($3::uuid is null or id > $3) order by id limit $4`,
      [may(principal, 'administer'), principal.id, after ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** The secret is shown this once. */
  async create(principal: Principal, wanted: NewSubscription): Promise<SubscriptionView & { secret: string }> {
    const id = randomUUID();
    const secret = newSigningSecret();
    const sealed = seal(readKey(this.config.SECRETS_KEY), `subscription:${id}`, secret);
    const [row] = await this.db.query(
      `insert into subscriptions (id, owner, url, target, events, project, secret) values ($1, $2, $3, $4, $5, $6, $7)
       returning ${SUBSCRIPTION}`,
      [id, principal.id, wanted.url, new URL(wanted.url).origin, wanted.events, wanted.project ?? null, sealed],
    );
    return { ...row, secret };
  }

  async setActive(principal: Principal, id: string, active: boolean): Promise<SubscriptionView> {
    const [[row]] = await this.db.query(
      `update subscriptions set active = $4 where id = $1 and ($2 or owner = $3) returning ${SUBSCRIPTION}`,
      [id, may(principal, 'administer'), principal.id, active],
    );
    if (!row) throw notFound('subscription', id);
    if (active) this.dispatcher.wake();
    return row;
  }

  async remove(principal: Principal, id: string): Promise<void> {
    const [, removed] = await this.db.query('delete from subscriptions where id = $1 and ($2 or owner = $3)', [
      id,
      may(principal, 'administer'),
      principal.id,
    ]);
    if (removed === 0) throw notFound('subscription', id);
  }

  /** Sends an event that says nothing but that the way is open. Answers with the event's id. */
  async test(principal: Principal, id: string): Promise<{ event: string }> {
    const [row] = await this.db.query('select target from subscriptions where id = $1 and ($2 or owner = $3)', [
      id,
      may(principal, 'administer'),
      principal.id,
    ]);
    if (!row) throw notFound('subscription', id);
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: '/sluice/notifier',
      type: 'subscription.test',
      subject: id,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { requestedBy: principal.name },
    };
    await this.deliveries.add(event, null, [{ subscription: id, target: row.target }]);
    this.dispatcher.wake();
    return { event: event.id };
  }

  private async hear(event: CloudEvent): Promise<void> {
    const { run } = event.data;
    const interested: (Outgoing & { events: string[] })[] = await this.db.query(
      'select id as subscription, target, events from subscriptions where active and (project is null or project = $1)',
      [run.project],
    );
    const to = interested.filter(({ events }) => eventMatches(events, event.type));
    if (to.length === 0) return;
    await this.deliveries.add(event, run.id, to);
    this.dispatcher.wake();
  }
}
