import { Injectable, Module } from '@nestjs/common';
import { cloudEvent, deadQueue, type CloudEvent, type EventData } from '@sluice/contracts';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { BaseConfig, defineService, startService, type RunningService } from '@sluice/runtime';
import { aRun, aTestBroker, aTestDatabase, readLab, until, type TestBroker, type TestDatabase } from '@sluice/testing';
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bus } from './bus.js';
import { BusModule } from './bus.module.js';
import { BUS_MIGRATIONS } from './migrations.js';

const QUEUE = 'notifier.events';
let bus: Bus;
const seen: CloudEvent[] = [];
let attempts = 0;
let failFirst = 0;

/** Hears everything, as the notifier does, and fails when told to. */
@Injectable()
class Probe {
  constructor(injected: Bus) {
    bus = injected;
    bus.handle(QUEUE, 5, async (event) => {
      attempts++;
      if (failFirst-- > 0) throw new Error('not yet');
      seen.push(event);
    });
  }
}

@Module({ imports: [DatabaseModule.with(BUS_MIGRATIONS), DirectoryModule, BusModule], providers: [Probe] })
class ProbeModule {}

const pushed = (): EventData<'push.received'> => ({
  run: aRun({ id: randomUUID() }),
  pusher: 'dana',
  cloneUrl: 'http://127.0.0.1/git/shop.git',
  subject: 'a commit',
  source: 'git',
});

describe('Bus', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let service: RunningService;
  const outbox = async (): Promise<number> => (await database.db.query('select count(*)::int as n from outbox'))[0].n;

  beforeAll(async () => {
    database = await aTestDatabase('notifier');
    broker = await aTestBroker('notifier');
    const definition = defineService({ name: 'notifier', config: BaseConfig, module: ProbeModule });
    service = await startService(definition, {
      PORT: '0',
      DATABASE_URL: database.url,
      AMQP_URL: broker.url,
      LOG_LEVEL: 'silent',
    });
  });
  afterAll(async () => {
    await service?.close();
    await broker?.clean();
    await database?.drop();
  });
  beforeEach(() => {
    seen.length = attempts = failFirst = 0;
  });

  it('publishes what a committed transaction told, and empties the outbox', async () => {
    const data = pushed();
    await bus.transaction(async (_, emit) => emit('push.received', data));
    await until(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ type: 'push.received', source: '/sluice/notifier', subject: data.run.id });
    await until(async () => (await outbox()) === 0);
  });

  it('tells nothing of a transaction that failed', async () => {
    const refused = bus.transaction(async (_, emit) => {
      emit('push.received', pushed());
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toEqual([]);
    expect(await outbox()).toBe(0);
  });

  it('sweeps what a crash left in the outbox', async () => {
    const event = cloudEvent('notifier', 'push.received', pushed());
    await database.db.query(`insert into outbox (event, created_at) values ($1, now() - interval '1 minute')`, [
      JSON.stringify(event),
    ]);
    await until(() => seen.length === 1);
    expect(seen[0]!.id).toBe(event.id);
    await until(async () => (await outbox()) === 0);
  });

  it('changes state once, however often an event comes', async () => {
    const event = cloudEvent('receiver', 'push.received', pushed());
    for (let time = 0; time < 3; time++) await broker.publish(event);
    await broker.publish(cloudEvent('receiver', 'push.received', pushed()));
    await until(() => seen.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen.filter(({ id }) => id === event.id)).toHaveLength(1);
  });

  it('tries again what its handler could not do', async () => {
    failFirst = 1;
    await broker.publish(cloudEvent('receiver', 'push.received', pushed()));
    await until(() => seen.length === 1);
    expect(attempts).toBe(2);
  });

  it('parks what can never be understood, shows it to an administrator only, and goes on', async () => {
    await broker.publish({
      ...cloudEvent('receiver', 'push.received', pushed()),
      type: 'push.received',
      data: {},
    } as never);
    await broker.publish(cloudEvent('receiver', 'push.received', pushed()));
    await until(() => seen.length === 1);
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    const parked = await until(async () => (await channel.get(deadQueue(QUEUE), { noAck: true })) || undefined);
    await connection.close();
    expect(parked.properties.headers?.['x-sluice-reason']).toContain('run: ');
    expect((await fetch(`${service.url}/parked`)).status).toBe(401);
  });

  it('comes back when its queue was taken away under it', async () => {
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    await channel.deleteQueue(QUEUE);
    await connection.close();
    const event = cloudEvent('receiver', 'push.received', pushed());
    await until(async () => {
      await broker.publish(event);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return seen.length === 1;
    });
  });

  it("lets no service tell another's events", async () => {
    const { broker: lab } = readLab() as unknown as { broker: { users: { builder: { url: string } } } };
    const connection = await connect(lab.users.builder.url);
    const channel = await connection.createConfirmChannel();
    const refused = new Promise<string>((resolve) => channel.on('error', (error: Error) => resolve(error.message)));
    channel.publish('sluice.events', 'deploy.succeeded', Buffer.from('{}'), {}, () => undefined);
    expect(await refused).toMatch(/ACCESS_REFUSED/);
    await connection.close().catch(() => undefined);
  });
});
