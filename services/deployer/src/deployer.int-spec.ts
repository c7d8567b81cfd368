import { cloudEvent, type ImageRef, type Stage } from '@sluice/contracts';
import { Directory, hashPassword, readKey, seal } from '@sluice/directory';
import {
  connectEngine,
  findContainers,
  removeContainer,
  removeStack,
  startContainer,
  swarmServices,
} from '@sluice/docker';
import { startService, type RunningService } from '@sluice/runtime';
import {
  aConfig,
  aRun,
  aTestBroker,
  aTestDatabase,
  fake,
  readLab,
  until,
  type TestBroker,
  type TestDatabase,
} from '@sluice/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployerConfig } from './deployer.config.js';
import { Engines } from './engines/engines.service.js';
import { deployer } from './index.js';
import { PreviewsRepository } from './previews/previews.repository.js';
import { Previews } from './previews/previews.service.js';
import { aTestRegistry, type TestRegistry } from './testing/registry.js';

const KEY = randomBytes(32).toString('base64');
const lab = readLab();
const dev = connectEngine({ host: lab.engines.dev.dockerHost });
const ops = connectEngine({ host: lab.engines.ops1.dockerHost });
const project = `int-${randomBytes(4).toString('hex')}`;
const stack = `sluice-${project}`;
const DEV = {
  name: 'dev',
  purpose: 'preview',
  position: 0,
  dockerHost: lab.engines.dev.dockerHost,
  publish: 'host',
  approvals: 0,
} as const;
const admin = { authorization: `Basic ${Buffer.from('root:the password of root').toString('base64')}` };

let database: TestDatabase;
let broker: TestBroker;
let registry: TestRegistry;
let service: RunningService;
const images: Record<'v1' | 'v2' | 'unwell' | 'crash', ImageRef> = {} as never;

const serve = (text: string): string =>
  `mkdir /www; echo ${text} > /www/index.html; echo ok > /www/healthz; echo "$TEXT" > /www/env; ` +
  `cat /run/secrets/WORD > /www/word; exec httpd -f -p 8080 -h /www\n`;

const start = (): Promise<RunningService> =>
  startService(deployer, {
    PORT: '0',
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    LOG_LEVEL: 'silent',
    SECRETS_KEY: KEY,
    REGISTRY_HOST: lab.registry.host,
    REGISTRY_URL: lab.registry.url,
  });

beforeAll(async () => {
  database = await aTestDatabase('deployer');
  broker = await aTestBroker('deployer');
  const { db } = database;
  const environments = [
    ['dev', 'preview', 0, lab.engines.dev],
    ['ops', 'deploy', 1, lab.engines.ops1],
  ] as const;
  for (const [name, purpose, position, { dockerHost, address }] of environments) {
    await db.query(
      `insert into directory.environments (name, purpose, position, docker_host, address, publish, robot_password)
       values ($1, $2, $3, $4, $5, 'host', $6)`,
      [name, purpose, position, dockerHost, address, seal(readKey(KEY), `robot:${name}`, `robot of ${name}`)],
    );
  }
  await db.query(`insert into directory.users (name, password_hash, admin) values ('root', $1, true)`, [
    await hashPassword('the password of root'),
  ]);
  await db.query(`insert into directory.projects (name, hook_secret) values ($1, '')`, [project]);
  const word = seal(readKey(KEY), `secret:${project}:ops:WORD`, 'open sesame');
  await db.query(`insert into directory.secrets (project, environment, name, value) values ($1, 'ops', 'WORD', $2)`, [
    project,
    word,
  ]);

  registry = await aTestRegistry({
    registry: lab.registry,
    database,
    amqpUrl: broker.url,
    secretsKey: KEY,
    engine: dev,
  });
  images.v1 = await registry.image('ops', project, serve('v1'));
  images.v2 = await registry.image('ops', project, serve('v2'));
  images.unwell = await registry.image(
    'ops',
    project,
    `echo no prices >&2; mkdir /www; exec httpd -f -p 8080 -h /www\n`,
  );
  images.crash = await registry.image('ops', project, `echo cannot find the database >&2; exit 3\n`);
  service = await start();
}, 60_000);

afterAll(async () => {
  await service?.close();
  await removeStack(ops, { name: stack });
  for (const { id } of await findContainers(dev, { 'sluice.project': project })) await removeContainer(dev, id);
  await registry?.stop();
  await until(async () => (await swarmServices(ops)).every((found) => found.stack !== stack));
  for (const { ID, Spec } of await ops.docker.listSecrets()) {
    if (Spec?.Name?.startsWith(stack)) await ops.docker.getSecret(ID).remove();
  }
  await broker?.clean();
  await database?.drop();
  dev.close();
  ops.close();
}, 60_000);

const CONFIG = `
deploy:
  port: 8080
  replicas: 2
  health: { get: /healthz }
  deadline: 30s
  env: { TEXT: "costs $5 in \${HOME}" }
  secrets: [WORD]
`;

async function ask(
  stage: Stage,
  image: ImageRef,
  config = CONFIG,
  step = randomUUID(),
  run = randomUUID(),
): Promise<string> {
  const environment = stage === 'preview' ? 'dev' : 'ops';
  const data = { run: aRun({ id: run, project }), step, environment, images: [image], config: aConfig(config) };
  await broker.publish(cloudEvent('conductor', stage === 'preview' ? 'preview.requested' : 'deploy.requested', data));
  return step;
}

const ended = (step: string, seconds = 50): Promise<string> =>
  until(async () => {
    const [row] = await database.db.query(`select status from stage_runs where step = $1`, [step]);
    return row && row.status !== 'running' ? row.status : undefined;
  }, seconds);
const release = async (step: string): Promise<Row> =>
  (await database.db.query('select * from releases where step = $1', [step]))[0];
/** What the API and the tables answer with, as far as it is looked at here. */
interface Row {
  readonly id: string;
  readonly number: number;
  readonly step: string;
  readonly status: string;
  readonly addresses: string[];
  readonly address: string;
  readonly finishedAt: string | null;
  readonly finished_at: Date | null;
}
const api = async <T>(path: string, method = 'GET'): Promise<T> => {
  const answer = await fetch(`${service.url}/api/v1/${path}`, { method, headers: admin });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
};
const get = async (url: string): Promise<string> => (await fetch(url)).text();
const log = async (step: string): Promise<string[]> =>
  (await database.db.query('select text from log_lines where step = $1 order by number', [step])).map(
    ({ text }: { text: string }) => text,
  );

describe('releases', () => {
  it('serve on both nodes, with the environment and secrets that they were given', async () => {
    const step = await ask('deploy', images.v1);
    expect(await ended(step), (await log(step)).join('\n')).toBe('succeeded');
    const { addresses, number } = await release(step);
    expect(number).toBe(1);
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      expect(await get(address)).toBe('v1\n');
      expect(await get(`${address}/env`)).toBe('costs $5 in ${HOME}\n');
      expect(await get(`${address}/word`)).toBe('open sesame');
    }
    expect((await log(step)).join('\n')).toMatch(/app: 2 of 2 running/);
  });

  it('are one, however often their step is repeated', async () => {
    const step = await ask('deploy', images.v2);
    // The moment after the swarm was told: another worker takes over while this one still works.
    await until(async () => (await log(step)).some((line) => line.includes('deploying the stack')));
    await service.close();
    service = await start();
    expect(await ended(step)).toBe('succeeded');
    expect(await release(step)).toMatchObject({ number: 2, status: 'succeeded' });
    const rows = await database.db.query('select attempt from stage_runs where step = $1', [step]);
    expect(rows[0].attempt).toBeGreaterThan(1);
    for (const address of (await release(step)).addresses) expect(await get(address)).toBe('v2\n');
  });

  it('go back as a whole when they are unwell, with the reason and the last words of the task', async () => {
    const step = await ask('deploy', images.unwell);
    expect(await ended(step)).toBe('failed');
    expect(await release(step)).toMatchObject({
      number: 3,
      status: 'rolled_back',
      code: 'deploy.unhealthy',
      evidence: { rolledBackToRelease: 2, lastLogLines: ['no prices'], where: expect.stringContaining(`${stack}_app`) },
    });
    for (const address of (await release((await good()).step)).addresses) expect(await get(address)).toBe('v2\n');
  });

  it('go back when they crash', async () => {
    const step = await ask('deploy', images.crash);
    expect(await ended(step)).toBe('failed');
    expect(await release(step)).toMatchObject({
      status: 'rolled_back',
      code: 'deploy.crashed',
      evidence: { exitCode: 3, rolledBackToRelease: 2, lastLogLines: ['cannot find the database'] },
    });
  });

  it('go back when their run is ended half-way', async () => {
    const [step, run] = [randomUUID(), randomUUID()];
    await ask('deploy', images.unwell, CONFIG.replace('30s', '5m'), step, run);
    await until(async () =>
      (await log(step)).some((line) => line.includes('0 of 2 running') || line.includes('1 of 2 running')),
    );
    const stopped = { step, stage: 'deploy' as const, environment: 'ops' };
    await broker.publish(
      cloudEvent('conductor', 'run.canceled', {
        run: aRun({ id: run, project }),
        number: 1,
        status: 'canceled',
        stopped,
      }),
    );
    const row = await until(async () => ((await release(step))?.finished_at ? release(step) : undefined), 40);
    expect(row).toMatchObject({ status: 'rolled_back', code: 'deploy.stopped', evidence: { rolledBackToRelease: 2 } });
    for (const address of (await good()).addresses) expect(await get(address)).toBe('v2\n');
  });

  it('are refused before anything changes when they cannot work', async () => {
    const missing = { ...images.v1, digest: `sha256:${'0'.repeat(64)}` };
    const step = await ask(
      'deploy',
      missing,
      CONFIG.replace('replicas: 2', 'replicas: 3').replace('[WORD]', '[WORD, OTHER]'),
    );
    expect(await ended(step)).toBe('failed');
    expect(await release(step)).toBeUndefined();
    const lines = (await log(step)).join('\n');
    expect(lines).toMatch(/wants 3 replicas/);
    expect(lines).toMatch(/secret OTHER is not set/);
    expect(lines).toMatch(/not in the namespace of ops/);
  });

  it('can be brought back by hand', async () => {
    const { items } = await api<{ items: Row[] }>(`releases?project=${project}`);
    const first = items.find(({ number }) => number === 1);
    const { id } = await api<Row>(`releases/${first?.id}/rollback`, 'POST');
    const done = await until(async () => {
      const found = await api<Row>(`releases/${id}`);
      return found.finishedAt ? found : undefined;
    }, 40);
    expect(done).toMatchObject({ status: 'succeeded', restores: 1 });
    for (const address of done.addresses) expect(await get(address)).toBe('v1\n');
  });

  const good = async (): Promise<Row> =>
    (await database.db.query(`select * from releases where status = 'succeeded' order by number desc limit 1`))[0];
});

describe('previews', () => {
  const preview = async (): Promise<Row> => (await database.db.query('select * from previews'))[0];
  const containers = () => findContainers(dev, { 'sluice.project': project });

  it('are at an address that stays when another commit replaces the first', async () => {
    const first = await registry.image('dev', project, serve('p1'));
    expect(await ended(await ask('preview', first, ''))).toBe('succeeded');
    const { address } = await preview();
    expect(await get(address)).toBe('p1\n');

    const second = await registry.image('dev', project, serve('p2'));
    expect(await ended(await ask('preview', second, ''))).toBe('succeeded');
    expect((await preview()).address).toBe(address);
    expect(await get(address)).toBe('p2\n');
    expect(await containers()).toHaveLength(1);
  });

  it('fail with their last words when they crash, and leave nothing', async () => {
    const step = await ask('preview', await registry.image('dev', project, 'echo no luck; exit 4\n'), '');
    expect(await ended(step)).toBe('failed');
    expect((await log(step)).join('\n')).toMatch(/exit code 4/);
    expect(await containers()).toHaveLength(0);
  });

  it('end when their time is up, and whatever nobody knows ends with them', async () => {
    const image = await registry.image('dev', project, serve('p4'));
    expect(await ended(await ask('preview', image, ''))).toBe('succeeded');
    const [known] = await containers();
    const strangers = { 'sluice.project': project, 'sluice.environment': 'dev', 'sluice.preview': 'x' };
    const plan = {
      image: 'busybox:stable',
      command: ['sleep', '600'],
      env: {},
      memoryBytes: 2 ** 26,
      cpus: 1,
      pidsLimit: 9,
    };
    const rest = { network: 'none', restart: 'no' } as const;
    const stray = await startContainer(dev, {
      ...plan,
      ...rest,
      name: `${project}-stray`,
      labels: { ...known!.labels, ...strangers, 'sluice.step': 'x' },
    });
    const foreign = await startContainer(dev, { ...plan, ...rest, name: `${project}-foreign`, labels: strangers });
    const config = { REGISTRY_HOST: lab.registry.host, REGISTRY_URL: lab.registry.url } as DeployerConfig;
    const directory = fake<Directory>({
      environment: async () => DEV,
      environments: async () => [DEV],
    });
    const previews = new Previews(new PreviewsRepository(database.db), directory, new Engines(directory, config));

    await previews.reapAll();
    expect((await containers()).map(({ id }) => id).sort()).toEqual([known!.id, foreign.id].sort());
    expect(stray.id).not.toBe(known!.id);

    await database.db.query(`update previews set expires_at = now() - interval '1 second'`);
    await previews.reapAll();
    expect((await containers()).map(({ id }) => id)).toEqual([foreign.id]);
    await removeContainer(dev, foreign.id);
  });

  it('end by hand', async () => {
    expect(await ended(await ask('preview', await registry.image('dev', project, serve('p3')), ''))).toBe('succeeded');
    const { items } = await api<{ items: Row[] }>(`previews?project=${project}`);
    expect(items).toHaveLength(1);
    await api(`previews/${items[0]?.id}`, 'DELETE');
    expect(await containers()).toHaveLength(0);
  });
});
