import { cloudEvent, type CloudEvent } from '@sluice/contracts';
import { hashPassword, hashToken, newToken } from '@sluice/directory';
import { startService, type RunningService } from '@sluice/runtime';
import {
  aRun,
  aTestBroker,
  aTestDatabase,
  routesWithoutPolicy,
  until,
  type TestBroker,
  type TestDatabase,
} from '@sluice/testing';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';
import type { DeliveryView } from './deliveries/deliveries.js';
import { notifier } from './index.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody who listens: keeps what comes and answers as told. */
class Receiver {
  readonly received: Received[] = [];
  answer: (response: ServerResponse, count: number) => void = (response) => response.end();
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      this.answer(response, this.received.length);
    });
  });

  async start(): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let database: TestDatabase;
let broker: TestBroker;
let service: RunningService;
let tokens: Record<'mia' | 'max' | 'vera', string>;
const receivers: Receiver[] = [];

const environ = (more: Record<string, string> = {}): Record<string, string> => ({
  PORT: '0',
  LOG_LEVEL: 'error',
  DATABASE_URL: database.url,
  AMQP_URL: broker.url,
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
  NOTIFIER_ALLOW_PRIVATE: 'true',
  ...more,
});

async function api(method: string, path: string, body?: object, who: keyof typeof tokens = 'mia') {
  const answer = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens[who]}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, data: text ? JSON.parse(text) : undefined };
}

async function aUser(name: string, role: string): Promise<string> {
  const token = newToken();
  const [{ id }] = await database.db.query(
    'insert into directory.users (name, password_hash) values ($1, $2) returning id',
    [name, await hashPassword(name)],
  );
  await database.db.query(`insert into directory.members values ('dev', $1, $2)`, [id, role]);
  await database.db.query(`insert into directory.tokens (user_id, name, hash) values ($1, 'test', $2)`, [
    id,
    hashToken(token),
  ]);
  return token;
}

async function aReceiver(): Promise<Receiver> {
  const receiver = await new Receiver().start();
  receivers.push(receiver);
  return receiver;
}

const subscribe = async (url: string, project: string, events = ['run.*']) =>
  (await api('POST', '/subscriptions', { url, events, project })).data;

const aFailure = (project: string): CloudEvent =>
  cloudEvent('conductor', 'run.failed', { run: { ...aRun(), project }, number: 1, status: 'failed' });

type Told = Omit<DeliveryView, 'nextAttemptAt' | 'attemptedAt'> & { nextAttemptAt: string; attemptedAt: string };

const deliveriesOf = async (subscription: string): Promise<Told[]> =>
  (await api('GET', `/deliveries?subscription=${subscription}`)).data.items;

/** Retries are due now rather than in some seconds. */
const hurry = (): Promise<unknown> =>
  database.db.query(`update deliveries set next_attempt_at = now() where status = 'pending' and leased_until is null`);

beforeAll(async () => {
  [database, broker] = await Promise.all([aTestDatabase('notifier'), aTestBroker('notifier')]);
  await database.db.query(
    `insert into directory.environments (name, purpose, position, docker_host, robot_password)
     values ('dev', 'preview', 0, 'unix:///x', '')`,
  );
  tokens = {
    mia: await aUser('mia', 'member'),
    max: await aUser('max', 'member'),
    vera: await aUser('vera', 'viewer'),
  };
  service = await startService(notifier, environ());
});

afterEach(() => receivers.splice(0).forEach((receiver) => receiver.stop()));

afterAll(async () => {
  await service?.close();
  await broker?.clean();
  await database?.drop();
});

describe('access', () => {
  it('has a policy on every route', () => {
    expect(routesWithoutPolicy(AppModule)).toEqual([]);
  });

  it('shows subscriptions and deliveries to their owner alone', async () => {
    const { id } = await subscribe('http://127.0.0.1:9/', 'private');
    const { event } = (await api('POST', `/subscriptions/${id}/test`)).data;
    const [delivery] = (await deliveriesOf(id)) as [Told];
    expect(delivery.event).toBe(event);

    expect(JSON.stringify((await api('GET', '/subscriptions', undefined, 'max')).data)).not.toContain(id);
    expect((await api('GET', `/deliveries?subscription=${id}`, undefined, 'max')).data.items).toEqual([]);
    const refused = await Promise.all([
      api('PATCH', `/subscriptions/${id}`, { active: false }, 'max'),
      api('POST', `/subscriptions/${id}/test`, undefined, 'max'),
      api('POST', `/deliveries/${delivery.id}/replay`, undefined, 'max'),
      api('DELETE', `/subscriptions/${id}`, undefined, 'max'),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await api('GET', '/subscriptions', undefined, 'vera')).status).toBe(403);
    expect((await api('DELETE', `/subscriptions/${id}`)).status).toBe(204);
  });

  it.each([
    { url: 'ftp://example.org', events: ['#'] },
    { url: 'http://user:pass@example.org/', events: ['#'] },
    { url: 'http://example.org/', events: [] },
    { url: 'http://example.org/', events: ['run.#'] },
    { url: 'http://example.org/', events: ['#'], secret: 'mine' },
  ])('refuses the subscription %j', async (wanted) => {
    expect((await api('POST', '/subscriptions', wanted)).status).toBe(400);
  });
});

describe('a subscription', () => {
  it('is told what it asked for, signed with the secret that was shown once', async () => {
    const receiver = await aReceiver();
    const { id, secret } = await subscribe(receiver.url, 'signed', ['*.failed']);
    const event = aFailure('signed');
    const others = [
      cloudEvent('conductor', 'run.queued', { run: event.data.run, number: 1, status: 'queued' }),
      aFailure('other'),
    ];
    for (const each of [...others, event]) await broker.publish(each);
    await until(() => receiver.received.length > 0);

    const [{ headers, body }] = receiver.received as [Received];
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(event)));
    expect(headers['content-type']).toBe('application/cloudevents+json');
    expect(headers['webhook-id']).toBe(event.id);
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);

    expect(JSON.stringify((await api('GET', '/subscriptions')).data)).not.toContain(secret);
    expect(await until(async () => (await deliveriesOf(id)).find((row) => row.status === 'succeeded'))).toMatchObject({
      event: event.id,
      type: 'run.failed',
      run: event.subject,
      attempts: 1,
      responseCode: 200,
      nextAttemptAt: null,
    });
  });

  it('is told once of an event that comes twice', async () => {
    const receiver = await aReceiver();
    const { id } = await subscribe(receiver.url, 'twice');
    const [event, last] = [aFailure('twice'), aFailure('twice')];
    for (const each of [event, event, last]) await broker.publish(each);
    await until(() => receiver.received.some(({ headers }) => headers['webhook-id'] === last.id));
    expect(await deliveriesOf(id)).toHaveLength(2);
    expect(receiver.received).toHaveLength(2);
  });

  it('hears nothing while it is inactive', async () => {
    const receiver = await aReceiver();
    const { id } = await subscribe(receiver.url, 'paused');
    expect((await api('PATCH', `/subscriptions/${id}`, { active: false })).data.active).toBe(false);
    await broker.publish(aFailure('paused'));
    await broker.publish(aFailure('marker'));
    expect((await api('PATCH', `/subscriptions/${id}`, { active: true })).data.active).toBe(true);
    expect((await api('POST', `/subscriptions/${id}/test`)).status).toBe(202);
    await until(() => receiver.received.length > 0);
    expect(JSON.parse(receiver.received[0]!.body).type).toBe('subscription.test');
  });
});

describe('a delivery', () => {
  it('is tried again until the receiver takes it, and can be replayed with the same id', async () => {
    const receiver = await aReceiver();
    receiver.answer = (response, count) => response.writeHead(count <= 2 ? 503 : 204).end();
    const { id } = await subscribe(receiver.url, 'flaky');
    const event = aFailure('flaky');
    await broker.publish(event);

    const first = await until(async () => (await deliveriesOf(id)).find((row) => row.responseCode === 503));
    expect(first).toMatchObject({ status: 'pending', attempts: 1, error: 'answered 503' });
    expect(Date.parse(first.nextAttemptAt) - Date.parse(first.attemptedAt)).toBeGreaterThanOrEqual(5000);
    const done = await until(async () => {
      await hurry();
      return (await deliveriesOf(id)).find((row) => row.status === 'succeeded');
    });
    expect(done).toMatchObject({ attempts: 3, responseCode: 204, error: null });

    expect((await api('POST', `/deliveries/${done.id}/replay`)).data).toMatchObject({ status: 'pending', attempts: 0 });
    await until(() => receiver.received.length === 4);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.id]));
  });

  it('fails for good after the last attempt', async () => {
    const receiver = await aReceiver();
    receiver.answer = (response) => response.writeHead(500).end();
    const { id } = await subscribe(receiver.url, 'hopeless');
    await broker.publish(aFailure('hopeless'));
    await until(async () => {
      await hurry();
      return (await deliveriesOf(id)).some((row) => row.status === 'failed');
    });
    expect(await deliveriesOf(id)).toMatchObject([{ attempts: 9, nextAttemptAt: null, responseCode: 500 }]);
  });

  it('follows no redirect', async () => {
    const [receiver, inside] = [await aReceiver(), await aReceiver()];
    receiver.answer = (response) => response.writeHead(302, { location: inside.url }).end();
    const { id } = await subscribe(receiver.url, 'redirect');
    await broker.publish(aFailure('redirect'));
    await until(async () => (await deliveriesOf(id)).some((row) => row.responseCode === 302));
    expect(inside.received).toEqual([]);
  });

  it('that hangs delays no other target and not the end of the service, and comes again afterwards', async () => {
    const [hanging, quick] = [await aReceiver(), await aReceiver()];
    hanging.answer = () => undefined;
    const { id } = await subscribe(hanging.url, 'mixed');
    await subscribe(quick.url, 'mixed');
    for (let count = 0; count < 5; count++) await broker.publish(aFailure('mixed'));
    await until(() => quick.received.length === 5);
    expect(hanging.received).toHaveLength(1);

    await service.close();
    // Given back, not timed out: nobody waited for the target.
    const rows = await database.db.query(
      'select status, attempts, leased_until from deliveries where subscription = $1',
      [id],
    );
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row).toEqual({ status: 'pending', attempts: 0, leased_until: null });

    hanging.answer = (response) => response.end();
    service = await startService(notifier, environ());
    await until(() => hanging.received.length === 6);
  });
});

describe('an address inside', () => {
  it.each(['127.0.0.1', 'localhost'])('is not reached as %s unless private addresses are allowed', async (host) => {
    await service.close();
    service = await startService(notifier, environ({ NOTIFIER_ALLOW_PRIVATE: 'false' }));
    const receiver = await aReceiver();
    const { id } = await subscribe(receiver.url.replace('127.0.0.1', host), 'inside');
    await api('POST', `/subscriptions/${id}/test`);
    const row = await until(async () => {
      const [first] = await deliveriesOf(id);
      return first?.error ? first : undefined;
    });
    expect(row).toMatchObject({ status: 'pending', responseCode: null });
    expect(row.error).toContain('loopback, private or link-local');
    expect(receiver.received).toEqual([]);
  });
});
