import { hashPassword, hashToken, readKey, seal } from '@sluice/directory';
import { RegistryClient } from '@sluice/registry';
import { startService, type RunningService } from '@sluice/runtime';
import { aRun, aTestBroker, aTestDatabase, until, type TestBroker, type TestDatabase } from '@sluice/testing';
import { cloudEvent } from '@sluice/contracts';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promoter } from './index.js';

const KEY = randomBytes(32).toString('base64');
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const SERVICE_TOKEN = `sluice_${randomBytes(32).toString('base64url')}`;

let folder: string;
let database: TestDatabase;
let broker: TestBroker;
let service: RunningService;
let registry: ChildProcess;
let registryUrl: string;
let image: string;

const basic = (name: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const ACCOUNTS = {
  builder: basic('builder', SERVICE_TOKEN),
  'robot-dev': basic('robot-dev', 'robot password of dev'),
  'robot-test': basic('robot-test', 'robot password of test'),
  ada: basic('ada', 'the password of ada'),
  root: basic('root', 'the password of root'),
} as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-promoter-'));
  database = await aTestDatabase('promoter');
  broker = await aTestBroker('promoter');
  await fillDirectory();

  const [keyFile, certFile] = [join(folder, 'token.key'), join(folder, 'token.crt')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', '-subj', '/CN=sluice', '-out', certFile], {
    stdio: 'ignore',
  });

  const [port, registryPort] = [await freePort(), await freePort()];
  registryUrl = `http://127.0.0.1:${registryPort}`;
  service = await startService(promoter, {
    PORT: String(port),
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    LOG_LEVEL: 'silent',
    SECRETS_KEY: KEY,
    REGISTRY_URL: registryUrl,
    REGISTRY_TOKEN_KEY_FILE: keyFile,
    REGISTRY_TOKEN_CERT_FILE: certFile,
  });
  registry = await startRegistry(registryPort, `http://127.0.0.1:${port}/token`, certFile);
  image = await push('dev/shop', ACCOUNTS.builder);
});

afterAll(async () => {
  await service?.close();
  await new Promise((gone) => registry.once('exit', gone) && registry.kill('SIGKILL'));
  await broker?.clean();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Two environments; ada sees dev, root is an administrator. */
async function fillDirectory(): Promise<void> {
  const { db } = database;
  for (const [position, name] of ['dev', 'test'].entries()) {
    const password = seal(readKey(KEY), `robot:${name}`, `robot password of ${name}`);
    await db.query(
      `insert into directory.environments (name, purpose, position, docker_host, robot_password)
       values ($1, 'test', $2, 'unix:///nowhere', $3)`,
      [name, position, password],
    );
  }
  for (const name of ['ada', 'root']) {
    await db.query('insert into directory.users (name, password_hash, admin) values ($1, $2, $3)', [
      name,
      await hashPassword(`the password of ${name}`),
      name === 'root',
    ]);
  }
  await db.query(`insert into directory.members select 'dev', id, 'viewer' from directory.users where name = 'ada'`);
  await db.query(`insert into directory.tokens (service, name, hash) values ('builder', 'builder', $1)`, [
    hashToken(SERVICE_TOKEN),
  ]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Debian's docker-registry with the same settings as the lab's. */
async function startRegistry(port: number, realm: string, rootcertbundle: string): Promise<ChildProcess> {
  const file = join(folder, 'registry.json'); // JSON is YAML.
  const token = { realm, service: 'sluice-registry', issuer: 'sluice', rootcertbundle };
  const storage = { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } };
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage,
    http: { addr: `127.0.0.1:${port}` },
    auth: { token },
  };
  await writeFile(file, JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  await until(async () => (await fetch(`${registryUrl}/v2/`).catch(() => undefined))?.status === 401);
  return child;
}

const tokenFor = async (headers: Record<string, string>, ...scopes: string[]): Promise<string> => {
  const url = new URL('/token?service=sluice-registry&account=whoever', service.url);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) throw new Error(`token server answered ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
};

async function call(method: string, path: string, token: string, body = '', type = ''): Promise<Response> {
  // Without Accept, distribution rewrites what a tag names into its oldest format.
  const headers = { authorization: `Bearer ${token}`, accept: MANIFEST, ...(type ? { 'content-type': type } : {}) };
  return fetch(new URL(path, registryUrl), { method, headers, ...(body ? { body } : {}) });
}

/** Pushes an image of one small layer. */
async function push(repository: string, headers: Record<string, string>, tag = 'main'): Promise<string> {
  const token = await tokenFor(headers, `repository:${repository}:pull,push`);
  const blob = async (text: string): Promise<object> => {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const begun = await call('POST', `/v2/${repository}/blobs/uploads/`, token);
    if (begun.status !== 202) throw new Error(`push was answered with ${begun.status}`);
    const upload = new URL(begun.headers.get('location')!);
    upload.searchParams.set('digest', digest);
    await call('PUT', upload.href, token, text, 'application/octet-stream');
    return { mediaType: 'application/octet-stream', digest, size: text.length };
  };
  const parts = { config: await blob('{}'), layers: [await blob(`layer of ${repository}`)] };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, ...parts });
  const stored = await call('PUT', `/v2/${repository}/manifests/${tag}`, token, manifest, MANIFEST);
  if (stored.status !== 201) throw new Error(`push was answered with ${stored.status}`);
  return stored.headers.get('docker-content-digest')!;
}

const pull = async (account: keyof typeof ACCOUNTS, repository: string, reference: string): Promise<number> => {
  const token = await tokenFor(ACCOUNTS[account], `repository:${repository}:pull`);
  return (await call('GET', `/v2/${repository}/manifests/${reference}`, token)).status;
};

describe('the token server', () => {
  it.each(Object.keys(ACCOUNTS) as (keyof typeof ACCOUNTS)[])(
    'lets %s log in without asking for anything',
    async (account) => {
      expect((await call('GET', '/v2/', await tokenFor(ACCOUNTS[account]))).status).toBe(200);
    },
  );

  it.each<[string, Record<string, string>]>([
    ['nobody', {}],
    ['a wrong password', basic('ada', 'wrong')],
    ['a wrong robot password', basic('robot-dev', 'robot password of test')],
    ['a robot of no environment', basic('robot-ops', 'robot password of dev')],
    ['the token of another name', basic('promoter', SERVICE_TOKEN)],
    ['an API token as bearer', { authorization: `Bearer ${SERVICE_TOKEN}` }],
    ['an empty password', basic('ada', '')],
    ['what is no base64', { authorization: 'Basic %%%' }],
  ])('answers %s with 401', async (_, headers) => {
    expect((await fetch(`${service.url}/token?service=sluice-registry`, { headers })).status).toBe(401);
  });

  it('lets only whom it should pull', async () => {
    const accounts = Object.keys(ACCOUNTS) as (keyof typeof ACCOUNTS)[];
    const statuses = await Promise.all(accounts.map((account) => pull(account, 'dev/shop', image)));
    expect(Object.fromEntries(accounts.map((account, at) => [account, statuses[at]]))).toEqual({
      builder: 200,
      'robot-dev': 200,
      'robot-test': 401,
      ada: 200,
      root: 200,
    });
  });

  it.each(['robot-dev', 'ada', 'root'] as const)('lets %s push nowhere', async (account) => {
    await expect(push('dev/shop', ACCOUNTS[account])).rejects.toThrow('401');
  });

  it('lets the builder push into the first environment only', async () => {
    await expect(push('test/shop', ACCOUNTS.builder)).rejects.toThrow('401');
  });

  it('signs tokens that another resource does not take', async () => {
    const token = await tokenFor(ACCOUNTS['robot-dev'], 'repository:dev/shop:pull');
    expect((await call('GET', `/v2/dev/other/tags/list`, token)).status).toBe(401);
    expect((await call('DELETE', `/v2/dev/shop/manifests/${image}`, token)).status).toBe(401);
  });
});

describe('the promote stage', () => {
  const outcome = (step: string): Promise<{ status: string }> =>
    until(async () => {
      const [row] = await database.db.query('select status from stage_runs where step = $1', [step]);
      return row && row.status !== 'running' ? row : undefined;
    });
  const request = async (step: string, digest: string): Promise<void> =>
    broker.publish(
      cloudEvent('conductor', 'promote.requested', {
        run: aRun({ id: randomUUID() }),
        step,
        environment: 'test',
        from: 'dev',
        images: [{ service: 'app', repository: 'dev/shop', digest }],
      }),
    );

  it('brings the digest into the namespace, once however often it is asked, and lists it', async () => {
    const step = randomUUID();
    await request(step, image);
    await expect(outcome(step)).resolves.toMatchObject({ status: 'succeeded' });
    expect(await pull('robot-test', 'test/shop', image)).toBe(200);
    expect(await pull('robot-test', 'test/shop', 'sha-0123456789ab')).toBe(200);

    await database.db.query(`update stage_runs set status = 'running' where step = $1`, [step]);
    await request(step, image);
    await expect(outcome(step)).resolves.toMatchObject({ status: 'succeeded' });

    const listed = await fetch(`${service.url}/api/v1/images?project=shop`, { headers: ACCOUNTS.ada });
    const { items } = (await listed.json()) as { items: object[] };
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ environment: 'test', from: 'dev', digest: image, repository: 'test/shop' });
  });

  it('fails when the digest is not there', async () => {
    const step = randomUUID();
    await request(step, `sha256:${'0'.repeat(64)}`);
    await expect(outcome(step)).resolves.toMatchObject({ status: 'failed' });
    const registry = new RegistryClient({
      url: registryUrl,
      credentials: { username: 'root', password: 'the password of root' },
    });
    await expect(registry.tags('test/shop')).resolves.toEqual(['sha-0123456789ab']);
  });
});
