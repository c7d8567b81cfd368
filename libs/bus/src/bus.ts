import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { cloudEvent, parseEvent, type CloudEvent, type EventData, type EventName } from '@sluice/contracts';
import { DataSource, type EntityManager } from '@sluice/database';
import { BaseConfig, LOGGER, Readiness, SERVICE, type Logger, type ServiceName } from '@sluice/runtime';
import type { ChannelModel } from 'amqplib';
import { Connection } from './connection.js';
import { Consumer, type Delivery } from './consumer.js';
import { attachListener, type Listener } from './listener.js';
import { addToOutbox, leftBehind, removeFromOutbox, type OutboxRow } from './outbox.js';
import { Publisher } from './publisher.js';
import { declareTopology, ensureEventsExchange } from './topology.js';

/** Adds an event to the transaction under way; it is published right after the commit. */
export type Emit = <N extends EventName>(type: N, data: EventData<N>) => void;

/** Called when a message was given up on, in the transaction that forgets it, so that somebody is told. */
export type OnParked = (event: CloudEvent, reason: string, tx: EntityManager, emit: Emit) => Promise<void>;

const SWEEP_EVERY_MS = 1000;
const SWEEP_BATCH = 200;

/** Everything a service says to and hears from the others. */
@Injectable()
export class Bus implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly publisher: Publisher;
  private readonly connection: Connection;
  private readonly consumers: Consumer[] = [];
  private readonly listeners: Listener[] = [];
  private wasConnected = false;
  private sweeper?: NodeJS.Timeout;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    config: BaseConfig,
    @Inject(SERVICE) private readonly service: ServiceName,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly db: DataSource,
    readiness: Readiness,
  ) {
    this.publisher = new Publisher(config.AMQP_URL, service, log);
    this.connection = new Connection(config.AMQP_URL, `${service}.consume`, log, (model) => this.setUp(model));
    readiness.add('rabbitmq', () => {
      if (!this.publisher.isOpen || !this.connection.isOpen) throw new Error('not connected');
    });
  }

  /**
   * Runs a change of state and publishes its events after the commit: both happen or neither. When the process dies or the
   * broker is away in between, the sweeper publishes them, so consumers may see an event twice.
   */
  async transaction<T>(change: (tx: EntityManager, emit: Emit) => Promise<T>): Promise<T> {
    const events: CloudEvent[] = [];
    let rows: OutboxRow[] = [];
    const result = await this.db.transaction(async (tx) => {
      const value = await change(tx, (type, data) => void events.push(cloudEvent(this.service, type, data)));
      rows = await addToOutbox(tx, events);
      return value;
    });
    if (rows.length > 0) void this.publishCommitted(rows);
    return result;
  }

  /**
   * Hears a queue. The message is acknowledged when `handle` resolves; what it throws is retried with growing delays and
   * then parked. `prefetch` is how many are handled at once.
   */
  consume(
    queue: string,
    prefetch: number,
    handle: (event: CloudEvent, delivery: Delivery) => Promise<void>,
    onParked?: OnParked,
  ): void {
    this.consumers.push(
      new Consumer(
        queue,
        prefetch,
        this.log,
        this.publisher,
        this.service,
        parseEvent,
        handle,
        async (event, reason) => {
          if (event && onParked) await this.transaction((tx, emit) => onParked(event, reason, tx, emit));
        },
      ),
    );
  }

  /** Like `consume`, for handlers that only change this service's state: each event changes it once, however often it comes. */
  handle(
    queue: string,
    prefetch: number,
    change: (event: CloudEvent, tx: EntityManager, emit: Emit) => Promise<void>,
  ): void {
    this.consume(queue, prefetch, (event) =>
      this.transaction(async (tx, emit) => {
        const first = await tx.query(
          'insert into handled_events (event_id) values ($1) on conflict do nothing returning event_id',
          [event.id],
        );
        if (first.length > 0) await change(event, tx, emit);
      }),
    );
  }

  /**
   * Hears what happens while this process lives: every replica hears everything, and what was said while it was away is gone.
   * For telling people, never for changing state. `missed` is called when the connection is back after it was lost.
   */
  listen(patterns: readonly string[], hear: (event: CloudEvent) => void, missed?: () => void): void {
    this.listeners.push({ patterns, hear, missed });
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.publisher.open(), this.connection.open()]);
    this.sweeper = setInterval(() => (this.sweeping = this.sweeping.then(() => this.sweep())), SWEEP_EVERY_MS);
  }

  /** Stops taking new work first; what is unacknowledged goes back to the broker when the connection closes. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.sweeper);
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.connection.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sweeping;
    await this.publisher.close();
  }

  private async setUp(model: ChannelModel): Promise<void> {
    await ensureEventsExchange(model);
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    await declareTopology(channel, this.service);
    await channel.close();
    for (const listener of this.listeners) await attachListener(model, this.service, listener);
    if (this.wasConnected) for (const { missed } of this.listeners) missed?.();
    this.wasConnected = true;
    for (const consumer of this.consumers) await consumer.attach(model, () => this.connection.reset());
  }

  private async publishCommitted(rows: OutboxRow[]): Promise<void> {
    try {
      await Promise.all(rows.map(({ event }) => this.publisher.event(event)));
      await removeFromOutbox(
        this.db,
        rows.map(({ id }) => id),
      );
    } catch (error) {
      this.log.warn(
        { cause: (error as Error).message, events: rows.map(({ event }) => event.type) },
        'events left to the sweeper',
      );
    }
  }

  private async sweep(): Promise<void> {
    if (!this.publisher.isOpen) return;
    try {
      await this.db.transaction(async (tx) => {
        const rows = await leftBehind(tx, SWEEP_BATCH);
        // One by one: an event that no queue takes must not keep back the others.
        const sent: string[] = [];
        for (const { id, event } of rows) {
          await this.publisher.event(event).then(
            () => sent.push(id),
            (error: Error) => this.log.warn({ cause: error.message, event: event.type }, 'event not published'),
          );
        }
        await removeFromOutbox(tx, sent);
        if (sent.length > 0) this.log.info({ events: sent.length }, 'events swept');
      });
    } catch (error) {
      this.log.warn({ cause: (error as Error).message }, 'sweep failed');
    }
  }
}
