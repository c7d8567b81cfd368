import { cloudEvent, type CloudEvent } from '@sluice/contracts';
import { readKey, unseal } from '@sluice/directory';
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
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';
import { gateway } from './index.js';

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const ADMIN_PASSWORD = 'correct horse battery';

let database: TestDatabase;
let broker: TestBroker;
let service: RunningService;
let upstream: Server;
let handleUpstream: (request: IncomingMessage, response: ServerResponse) => void;
let admin: string;

async function stopService(): Promise<void> {
  const running: RunningService | undefined = service;
  service = undefined as never;
  await running?.close();
}

type Answer = Response & { body: never; data: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

async function call(method: string, path: string, token?: string, body?: object): Promise<Answer> {
  const answer = await fetch(service.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return Object.assign(answer, { data: text.startsWith('{') ? JSON.parse(text) : text }) as never;
}

const api = (method: string, path: string, token?: string, body?: object): Promise<Answer> =>
  call(method, `/api/v1${path}`, token, body);

async function login(name: string, password: string): Promise<string> {
  return (await api('POST', '/login', undefined, { name, password })).data.token;
}

beforeAll(async () => {
  upstream = createServer((request, response) => handleUpstream(request, response)).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  [database, broker] = await Promise.all([aTestDatabase('gateway'), aTestBroker('gateway')]);
  service = await startService(gateway, {
    PORT: '0',
    LOG_LEVEL: 'error',
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    SECRETS_KEY,
    ADMIN_PASSWORD,
    PUBLIC_URL: 'http://sluice.example',
    RECEIVER_URL: upstreamUrl,
    CONDUCTOR_URL: upstreamUrl,
    BUILDER_URL: upstreamUrl,
    PROMOTER_URL: 'http://127.0.0.1:9',
    TESTER_URL: upstreamUrl,
    DEPLOYER_URL: upstreamUrl,
    NOTIFIER_URL: upstreamUrl,
  });
  admin = await login('admin', ADMIN_PASSWORD);
  await api('POST', '/environments', admin, {
    name: 'dev',
    purpose: 'preview',
    position: 0,
    dockerHost: 'unix:///run/dev.sock',
  });
  await api('POST', '/environments', admin, {
    name: 'ops',
    purpose: 'deploy',
    position: 1,
    dockerHost: 'unix:///run/ops.sock',
    approvals: 1,
  });
});

afterAll(async () => {
  await stopService();
  upstream?.close();
  await broker?.clean();
  await database?.drop();
});

async function aUser(name: string, roles: Record<string, string>): Promise<string> {
  const password = `the password of ${name}`;
  expect((await api('POST', '/users', admin, { name, password })).status).toBe(201);
  for (const [environment, role] of Object.entries(roles))
    expect((await api('PUT', `/environments/${environment}/members`, admin, { user: name, role })).status).toBe(200);
  return login(name, password);
}

describe('access', () => {
  it('has a policy on every route', () => {
    expect(routesWithoutPolicy(AppModule)).toEqual([]);
  });

  it('gives a token for a name and password, and a personal token that works until it is deleted', async () => {
    const made = await api('POST', '/tokens', admin, { name: 'laptop', expiresInDays: 7 });
    expect(made.status).toBe(201);
    expect((await api('GET', '/me', made.data.token)).data).toMatchObject({ name: 'admin', admin: true });

    const { items } = (await api('GET', '/tokens', admin)).data;
    expect(JSON.stringify(items)).toContain('laptop');
    expect(JSON.stringify(items)).not.toContain(made.data.token);

    expect((await api('DELETE', `/tokens/${made.data.id}`, admin)).status).toBe(204);
    expect((await api('GET', '/me', made.data.token)).status).toBe(401);
  });

  it('refuses a wrong password and an unknown name alike, and makes guessing slow', async () => {
    const wrong = await api('POST', '/login', undefined, { name: 'admin', password: 'guess' });
    const unknown = await api('POST', '/login', undefined, { name: 'nobody', password: 'guess' });
    expect([wrong.status, wrong.data]).toEqual([unknown.status, unknown.data]);
    expect(wrong.status).toBe(401);

    const guesses = await Promise.all(
      Array.from({ length: 10 }, () => api('POST', '/login', undefined, { name: 'eve', password: 'guess' })),
    );
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(await login('admin', ADMIN_PASSWORD)).toMatch(/^sluice_/);
  });

  it('refuses a viewer what is for members, owners and administrators', async () => {
    const viewer = await aUser('vera', { dev: 'viewer' });
    expect((await api('GET', '/me', viewer)).data).toMatchObject({ name: 'vera', roles: { dev: 'viewer' } });
    const refused = await Promise.all([
      api('POST', '/projects', viewer, { name: 'shop' }),
      api('PATCH', '/environments/dev', viewer, { approvals: 3 }),
      api('PUT', '/environments/dev/members', viewer, { user: 'vera', role: 'owner' }),
      api('GET', '/users', viewer),
      api('GET', '/audit', viewer),
      api('GET', '/environments/ops/members', viewer),
      api('PUT', '/projects/shop/secrets/dev/KEY', viewer, { value: 'x' }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect(refused[0]!.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.stringify((await api('GET', '/environments', viewer)).data)).not.toContain('dev.sock');
  });

  it('lets an owner change the gate and the members of the own environment only, and not its engine', async () => {
    const owner = await aUser('olga', { dev: 'owner', ops: 'viewer' });
    expect((await api('PATCH', '/environments/dev', owner, { approvals: 2 })).data.approvals).toBe(2);
    expect((await api('PATCH', '/environments/dev', admin, { approvals: 0 })).status).toBe(200);
    expect((await api('PATCH', '/environments/ops', owner, { approvals: 0 })).status).toBe(403);
    expect((await api('PATCH', '/environments/dev', owner, { dockerHost: 'unix:///x' })).status).toBe(403);
    expect((await api('PUT', '/environments/ops/members', owner, { user: 'olga', role: 'owner' })).status).toBe(403);
  });

  it('ends the tokens of a deactivated user and keeps the last administrator', async () => {
    const token = await aUser('gone', { dev: 'member' });
    expect((await api('PATCH', '/users/gone', admin, { active: false })).data.active).toBe(false);
    expect((await api('GET', '/me', token)).status).toBe(401);
    expect((await api('PATCH', '/users/admin', admin, { active: false })).data.code).toBe('user.last_admin');
  });

  it('signs a user out by a password reset', async () => {
    const token = await aUser('rita', { dev: 'member' });
    expect((await api('POST', '/users/rita/password', admin, { password: 'another long one' })).status).toBe(200);
    expect((await api('GET', '/me', token)).status).toBe(401);
    expect(await login('rita', 'another long one')).toMatch(/^sluice_/);
  });
});

describe('projects', () => {
  it('are made by members of the first environment, with a hook secret that is shown once', async () => {
    const member = await aUser('mia', { dev: 'member' });
    const made = await api('POST', '/projects', member, { name: 'shop' });
    expect(made.status).toBe(201);
    expect(made.data).toMatchObject({
      branch: 'main',
      remote: 'http://sluice.example/git/shop.git',
      hook: { url: 'http://sluice.example/hooks/shop' },
    });
    const [row] = await database.db.query(`select hook_secret from directory.projects where name = 'shop'`);
    expect(unseal(readKey(SECRETS_KEY), 'hook:shop', row.hook_secret)).toBe(made.data.hook.secret);
    expect((await api('GET', '/projects/shop', member)).data).not.toHaveProperty('hook');
    expect((await api('POST', '/projects', member, { name: 'shop' })).status).toBe(409);
    expect((await api('POST', '/projects', member, { name: '../x' })).status).toBe(400);
    expect((await api('GET', '/projects/nothing', member)).status).toBe(404);
  });

  it('keep secrets that go in and never come out', async () => {
    await api('POST', '/projects', admin, { name: 'vault' });
    const value = 'postgres://secret@db';
    expect((await api('PUT', '/projects/vault/secrets/ops/DATABASE_URL', admin, { value })).status).toBe(200);
    expect((await api('PUT', '/projects/vault/secrets/ops/bad-name', admin, { value })).status).toBe(400);
    const listed = await api('GET', '/projects/vault/secrets/ops', admin);
    expect(listed.data.items).toMatchObject([{ name: 'DATABASE_URL' }]);
    const [row] = await database.db.query(`select value from directory.secrets where project = 'vault'`);
    expect(unseal(readKey(SECRETS_KEY), 'secret:vault:ops:DATABASE_URL', row.value)).toBe(value);
    expect(JSON.stringify((await api('GET', '/audit', admin)).data)).not.toContain(value);
    expect((await api('DELETE', '/projects/vault/secrets/ops/DATABASE_URL', admin)).status).toBe(204);
    expect((await api('DELETE', '/projects/vault/secrets/ops/DATABASE_URL', admin)).status).toBe(404);
  });

  it('are pulled with a robot password of 256 bits in each environment', async () => {
    const [row] = await database.db.query(`select robot_password from directory.environments where name = 'dev'`);
    expect(Buffer.from(unseal(readKey(SECRETS_KEY), 'robot:dev', row.robot_password), 'base64url')).toHaveLength(32);
  });
});

describe('the audit log', () => {
  it('says who did what, from where, and what was refused', async () => {
    await api('POST', '/environments', admin, { name: 'dev', purpose: 'test', position: 9, dockerHost: 'unix:///x' });
    const [entry] = (await api('GET', '/audit?limit=1', admin)).data.items;
    expect(entry).toMatchObject({
      who: 'admin',
      what: 'environment.create',
      target: 'dev',
      address: '127.0.0.1',
      outcome: 'refused',
    });
  });

  it('is read page by page without gaps', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { items, next } = (await api('GET', `/audit?limit=3${after}`, admin)).data;
      seen.push(...items.map((item: { id: string }) => item.id));
      if (!next) break;
      after = `&after=${next}`;
    }
    const [{ count }] = await database.db.query('select count(*)::int as count from audit_log');
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  });

  it.each(['update audit_log set who = $$nobody$$', 'delete from audit_log', 'truncate audit_log'])(
    'refuses "%s"',
    async (sql) => {
      await expect(database.db.query(sql)).rejects.toThrow('append-only');
    },
  );
});

describe('the door', () => {
  it('passes requests on with who asks, drops what is of one connection, and answers as the service does', async () => {
    handleUpstream = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, { 'x-own': 'yes', connection: 'close', 'content-type': 'application/json' });
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
      });
    };
    const answer = await api('POST', '/runs/1/cancel?why=x%20y', 'sluice_any', { note: 'ü' });
    expect(answer.status).toBe(418);
    expect(answer.headers.get('x-own')).toBe('yes');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.data).toMatchObject({ method: 'POST', url: '/api/v1/runs/1/cancel?why=x%20y', body: '{"note":"ü"}' });
    expect(answer.data.headers).toMatchObject({ authorization: 'Bearer sluice_any', 'x-forwarded-for': '127.0.0.1' });
  });

  it('streams both ways without waiting for the end of either', async () => {
    const heard: string[] = [];
    handleUpstream = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result' }).flushHeaders();
      request.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString());
        response.write(`got ${chunk.toString()}`);
      });
      request.on('end', () => response.end());
    };
    let say!: (text: string | undefined) => void;
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => void (say = (text) => (text ? controller.enqueue(Buffer.from(text)) : controller.close())),
    });
    const asked = fetch(`${service.url}/git/shop.git/git-receive-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
      body: source,
      duplex: 'half',
    } as RequestInit);
    say('one');
    await until(() => heard.length === 1);
    const reader = (await asked).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('got one');
    say('two');
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('got two');
    say(undefined);
    expect((await reader.read()).done).toBe(true);
  });

  it('passes a body on that is larger than any JSON may be', async () => {
    handleUpstream = (request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => response.end(String(size)));
    };
    const body = Buffer.alloc(20 * 1024 * 1024);
    const answer = await fetch(`${service.url}/git/shop.git/git-receive-pack`, { method: 'POST', body });
    expect(await answer.text()).toBe(String(body.length));
  });

  it('sends the headers before the first line and ends the request behind when the reader goes away', async () => {
    let ended = false;
    handleUpstream = (request, response) => {
      response.once('close', () => (ended = true));
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
    };
    const leave = new AbortController();
    const answer = await fetch(`${service.url}/api/v1/logs/build/x?follow=true`, { signal: leave.signal });
    expect(answer.status).toBe(200);
    leave.abort();
    await until(() => ended);
  });

  it('ends the request behind also before that has answered', async () => {
    let asked = false;
    let ended = false;
    handleUpstream = (_, response) => {
      asked = true;
      response.once('close', () => (ended = true));
    };
    const leave = new AbortController();
    const answer = fetch(`${service.url}/api/v1/logs/build/x?follow=true`, { signal: leave.signal });
    await until(() => asked);
    leave.abort();
    await expect(answer).rejects.toThrow();
    await until(() => ended);
  });

  it('cuts an answer that its service did not finish', async () => {
    handleUpstream = (_, response) => {
      response.writeHead(200).write('half');
      setImmediate(() => response.destroy());
    };
    const answer = await fetch(`${service.url}/api/v1/runs`);
    await expect(answer.text()).rejects.toThrow();
  });

  it('names the service that does not answer', async () => {
    const answer = await api('GET', '/images', admin);
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.data).toMatchObject({ status: 502, code: 'promoter.unreachable' });
  });

  it.each(['/nothing', '/api/v1/nothing', '/api/v1/logs/nothing/1', '/api/v1/runsx'])(
    'has nothing at %s',
    async (path) => {
      const answer = await call('GET', path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );

  it('has nothing behind an encoded dot segment', async () => {
    handleUpstream = (_, response) => response.end('inside');
    expect((await call('GET', '/git/%2e%2e%2fmetrics')).status).toBe(404);
  });
});

describe('the page of a run', () => {
  const path = '/runs/7d3c1d4e-62d5-4b0b-8f3f-0c7a6a1d2b11';

  it('leads programs to the API', async () => {
    const answer = await call('GET', path);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/api/v1${path}`]);
  });

  it('is a page for people that runs no script but its own', async () => {
    const answer = await fetch(service.url + path, { headers: { accept: 'text/html,*/*' } });
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const [, asset] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect((await fetch(service.url + asset)).status).toBe(200);
    expect(html).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=/);
  });
});

describe('the event stream', () => {
  const heard = (type: 'run.queued' | 'run.failed', project: string): CloudEvent =>
    cloudEvent('conductor', type, {
      run: { ...aRun(), project },
      number: 1,
      status: type === 'run.failed' ? 'failed' : 'queued',
    });

  interface Stream {
    take(count: number): Promise<{ id: string; event: CloudEvent }[]>;
    rest(): Promise<string>;
  }

  /** Resolves when the reader stands where it starts. */
  async function open(query: string, from?: string): Promise<Stream> {
    const leave = new AbortController();
    const answer = await fetch(`${service.url}/api/v1/events${query}`, {
      headers: { authorization: `Bearer ${admin}`, ...(from && { 'last-event-id': from }) },
      signal: leave.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader.read()).value ?? '';
    const more = async (): Promise<boolean> => {
      const { done, value } = await reader.read();
      text += value ?? '';
      return !done;
    };
    return {
      take: async (count) => {
        for (;;) {
          const events = [...text.matchAll(/id: (\d+)\ndata: (.*)\n\n/g)];
          if (events.length < count && (await more())) continue;
          leave.abort();
          return events.map(([, id, data]) => ({ id: id!, event: JSON.parse(data!) as CloudEvent }));
        }
      },
      rest: async () => {
        while (await more());
        return text;
      },
    };
  }

  it('tells what happens from now on, filtered, and goes on after the last event that was seen', async () => {
    await broker.publish(heard('run.queued', 'before'));
    await until(async () => (await database.db.query('select 1 from events')).length > 0);

    const live = await open('?project=shop&type=run.*');
    await broker.publish(heard('run.queued', 'other'));
    const first = heard('run.queued', 'shop');
    await broker.publish(first);
    const [seen] = await live.take(1);
    expect(seen!.event).toEqual(JSON.parse(JSON.stringify(first)));

    const missed = Array.from({ length: 20 }, () => heard('run.failed', 'shop'));
    for (const event of missed) await broker.publish(event);
    const resumed = await (await open('?project=shop&type=*.failed', seen!.id)).take(20);
    expect(resumed.map(({ event }) => event.id)).toEqual(missed.map(({ id }) => id));
  });

  it('tells an event once that was heard twice', async () => {
    const event = heard('run.queued', 'twice');
    await broker.publish(event);
    await broker.publish(event);
    await broker.publish(heard('run.failed', 'twice'));
    const seen = await (await open('?project=twice', '0')).take(2);
    expect(seen.map(({ event: { type } }) => type)).toEqual(['run.queued', 'run.failed']);
  });

  it('refuses a position that is none of its own', async () => {
    const answer = await fetch(`${service.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${admin}`, 'last-event-id': 'x' },
    });
    expect(answer.status).toBe(400);
  });

  it('ends with the service, without breaking off', async () => {
    const stream = await open('?project=nobody');
    const rest = stream.rest();
    await stopService();
    expect(await rest).toMatch(/\n\n$/);
  });
});
