import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from './reference.plan.js';
import { RegistryClient } from './registry.client.js';
import { IMAGE, INDEX, pushImage, pushManifest } from './testing/push.js';

let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-registry-'));
});

afterAll(async () => {
  await Promise.all(children.map((child) => new Promise((gone) => child.once('exit', gone) && child.kill('SIGKILL'))));
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts Debian's docker-registry on a free loopback port. @returns its address */
async function startRegistry(name: string, auth: object): Promise<string> {
  const addr = `127.0.0.1:${await freePort()}`;
  const storage = {
    filesystem: { rootdirectory: join(folder, name) },
    maintenance: { uploadpurging: { enabled: false } },
  };
  const config = { version: '0.1', log: { level: 'error' }, storage, http: { addr }, ...auth };
  const file = join(folder, `${name}.yml`);
  await writeFile(file, JSON.stringify(config)); // JSON is YAML.
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  children.push(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}`);
    if (await fetch(`http://${addr}/v2/`).catch(() => undefined)) return `http://${addr}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a registry without authentication', () => {
  let url: string;
  let client: RegistryClient;

  beforeAll(async () => {
    url = await startRegistry('open', {});
    client = new RegistryClient({ url });
  });

  it('promotes an image of 200 MB by its digest without moving its bytes', async () => {
    const digest = await pushImage(url, 'dev/big', Array<number>(5).fill(40 * 1024 * 1024));
    const milliseconds: number[] = [];
    for (let turn = 0; turn < 11; turn++) {
      const start = performance.now();
      const { alreadyThere } = await client.promote({ from: 'dev/big', to: `test/big${turn}`, digest, tag: 'r1' });
      milliseconds.push(performance.now() - start);
      expect(alreadyThere).toBe(false);
    }

    const source = await client.resolve('dev/big', 'v1');
    const promoted = await client.resolve('test/big10', 'r1');
    expect(promoted).toEqual(source);
    expect(promoted.digest).toBe(digest);
    expect(await client.size('test/big10', digest)).toBeGreaterThan(200 * 1024 * 1024);

    const start = performance.now();
    expect(await client.promote({ from: 'dev/big', to: 'test/big10', digest, tag: 'r1' })).toEqual({
      alreadyThere: true,
    });
    const p50 = milliseconds.sort((a, b) => a - b)[5]?.toFixed(1);
    process.stdout.write(`promotion of 200 MB: p50 ${p50} ms; again: ${(performance.now() - start).toFixed(1)} ms\n`);
  });

  it('promotes an index with all of its platforms', async () => {
    const platforms = [await pushImage(url, 'dev/multi', [1000]), await pushImage(url, 'dev/multi', [2000, 3000])];
    const manifests = platforms.map((digest, at) => ({
      mediaType: IMAGE,
      digest,
      size: 1,
      platform: { os: 'linux', architecture: `a${at}` },
    }));
    const digest = await pushManifest(url, 'dev/multi', 'all', INDEX, { manifests });

    await client.promote({ from: 'dev/multi', to: 'ops/multi', digest, tag: 'r2' });

    expect(await client.resolve('ops/multi', 'r2')).toMatchObject({ digest, mediaType: INDEX });
    for (const platform of platforms) expect(await client.exists('ops/multi', platform)).toBe(true);
    expect(await client.size('ops/multi', 'r2')).toBeGreaterThan(6000);
  });

  it('moves a tag, also within one repository, and lists all tags', async () => {
    const one = await pushImage(url, 'dev/tags', [10]);
    const two = await pushImage(url, 'dev/tags', [20]);
    await client.promote({ from: 'dev/tags', to: 'dev/tags', digest: one, tag: 'live' });
    await client.promote({ from: 'dev/tags', to: 'dev/tags', digest: two, tag: 'live' });

    expect((await client.resolve('dev/tags', 'live')).digest).toBe(two);
    expect((await client.tags('dev/tags')).sort()).toEqual(['live', 'v1']);
  });

  it('says what it does not know', async () => {
    const digest = await pushImage(url, 'dev/known', [10]);
    const wrong = digestOf(Buffer.from('wrong'));

    await expect(client.resolve('dev/none', 'v1')).rejects.toMatchObject({ status: 404, code: 'MANIFEST_UNKNOWN' });
    await expect(client.resolve('dev/known', wrong)).rejects.toMatchObject({ status: 404, code: 'MANIFEST_UNKNOWN' });
    await expect(
      client.promote({ from: 'dev/known', to: 'test/known', digest: wrong, tag: 'r1' }),
    ).rejects.toMatchObject({ status: 404 });
    await expect(client.promote({ from: 'dev/none', to: 'test/known', digest, tag: 'r1' })).rejects.toMatchObject({
      status: 404,
    });
    expect(await client.exists('dev/none', digest)).toBe(false);
    expect(await client.exists('test/known', digest)).toBe(false);
    expect(await client.tags('dev/none')).toEqual([]);
  });

  it('stops with the signal', async () => {
    const signal = AbortSignal.abort(new Error('superseded'));
    await expect(client.resolve('dev/known', 'v1', { signal })).rejects.toThrow('superseded');
  });
});

describe('a registry with tokens', () => {
  let url: string;
  let realm: Server;
  const asked: string[][] = [];

  beforeAll(async () => {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=sluice',
        '-keyout',
        join(folder, 'key.pem'),
        '-out',
        join(folder, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    const key = createPrivateKey(await readFile(join(folder, 'key.pem')));
    const certificate = (await readFile(join(folder, 'cert.pem'), 'utf8')).replaceAll(/-----.*-----|\s/g, '');

    realm = createServer((request, response) => {
      const scopes = new URL(request.url ?? '', 'http://realm').searchParams.getAll('scope');
      asked.push(scopes);
      const access = scopes.map((scope) => {
        const [type, name, actions = ''] = scope.split(':');
        return { type, name, actions: request.headers.authorization ? actions.split(',') : [] };
      });
      const now = Math.floor(Date.now() / 1000);
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const unsigned = `${part({ typ: 'JWT', alg: 'ES256', x5c: [certificate] })}.${part({ iss: 'sluice', sub: 'robot', aud: 'registry', exp: now + 300, nbf: now - 5, iat: now, jti: randomUUID(), access })}`;
      const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
      response.end(JSON.stringify({ token: `${unsigned}.${signature}`, expires_in: 300 }));
    });
    await new Promise<void>((listening) => realm.listen(0, '127.0.0.1', listening));
    const { port } = realm.address() as AddressInfo;
    const token = {
      realm: `http://127.0.0.1:${port}/token`,
      service: 'registry',
      issuer: 'sluice',
      rootcertbundle: join(folder, 'cert.pem'),
    };
    url = await startRegistry('tokens', { auth: { token } });
  });

  afterAll(() => realm.close());

  it('asks once for both repositories of a promotion and keeps the token', async () => {
    const push = await fetch(
      `http://127.0.0.1:${(realm.address() as AddressInfo).port}/token?scope=repository:dev/app:pull,push`,
      { headers: { authorization: 'Basic x' } },
    );
    const { token } = (await push.json()) as { token: string };
    const digest = await pushImage(url, 'dev/app', [1000, 2000], { authorization: `Bearer ${token}` });
    const client = new RegistryClient({ url, credentials: { username: 'robot', password: randomUUID() } });

    asked.length = 0;
    await client.promote({ from: 'dev/app', to: 'test/app', digest, tag: 'r1' });
    expect(asked).toEqual([['repository:dev/app:pull', 'repository:test/app:pull,push']]);

    expect(await client.promote({ from: 'dev/app', to: 'test/app', digest, tag: 'r1' })).toEqual({
      alreadyThere: true,
    });
    await Promise.all([client.resolve('test/app', 'r1'), client.resolve('test/app', digest)]);
    expect(asked).toHaveLength(2);
  });

  it('is told when nobody may do that', async () => {
    const nobody = new RegistryClient({ url });
    await expect(nobody.resolve('dev/app', 'v1')).rejects.toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });
});

describe('a registry that behaves differently', () => {
  let other: Server;
  let url: string;
  const seen: string[] = [];
  const bytes = Buffer.from(JSON.stringify({ config: { digest: `sha256:${'c'.repeat(64)}`, size: 1 } }));

  beforeAll(async () => {
    other = createServer((request, response) => {
      const line = `${request.method} ${request.url?.split('?')[0]}`;
      seen.push(line);
      if (request.headers.authorization !== `Basic ${Buffer.from('robot:ü').toString('base64')}`) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      } else if (line.startsWith('HEAD')) response.writeHead(404).end();
      else if (line.startsWith('GET')) response.writeHead(200, { 'content-type': IMAGE }).end(bytes);
      else if (line.startsWith('POST')) response.writeHead(202, { location: '/v2/to/blobs/uploads/u1' }).end();
      else response.writeHead(204).end();
    });
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });

  afterAll(() => other.close());

  it('ends the promotion when it will not link a layer, and takes the opened upload back', async () => {
    const client = new RegistryClient({ url, credentials: { username: 'robot', password: 'ü' } });
    const digest = digestOf(bytes);
    await expect(client.promote({ from: 'from', to: 'to', digest, tag: 't' })).rejects.toMatchObject({
      code: 'MOUNT_REFUSED',
      status: 202,
    });
    expect(seen.slice(-2)).toEqual(['POST /v2/to/blobs/uploads/', 'DELETE /v2/to/blobs/uploads/u1']);
    expect(seen.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it('is not believed when its bytes have another digest', async () => {
    const client = new RegistryClient({ url, credentials: { username: 'robot', password: 'ü' } });
    const digest = `sha256:${createHash('sha256').update('other').digest('hex')}`;
    await expect(client.resolve('from', digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('is asked twice at most with credentials that it refuses', async () => {
    const client = new RegistryClient({ url, credentials: { username: 'robot', password: 'wrong' } });
    seen.length = 0;
    await expect(client.resolve('from', 'v1')).rejects.toMatchObject({ status: 401 });
    expect(seen).toHaveLength(2);
    await expect(client.resolve('from', 'v1')).rejects.toMatchObject({ status: 401 });
    expect(seen).toHaveLength(3);
  });

  it('is reported when it does not answer', async () => {
    const client = new RegistryClient({ url: 'http://127.0.0.1:1' });
    await expect(client.tags('app')).rejects.toMatchObject({ code: 'UNREACHABLE', status: undefined });
  });
});
