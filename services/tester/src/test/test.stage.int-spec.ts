import { BUS_MIGRATIONS } from '@sluice/bus';
import { hashToken, newToken, type Directory } from '@sluice/directory';
import { buildImage, connectEngine, findContainers } from '@sluice/docker';
import { RUN_LOG_MIGRATIONS } from '@sluice/run-log';
import { startService, type RunningService } from '@sluice/runtime';
import { STAGE_MIGRATIONS } from '@sluice/stage';
import { migrate } from '@sluice/database';
import {
  aFolder,
  aConfig,
  aJob,
  anImage,
  aTestBroker,
  aTestDatabase,
  fake,
  readLab,
  routesWithoutPolicy,
  type TestBroker,
  type TestDatabase,
  removeFolders,
} from '@sluice/testing';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../app.module.js';
import { tester } from '../index.js';
import { TESTER_MIGRATIONS } from '../migrations/index.js';
import type { TesterConfig } from '../tester.config.js';
import { ContainersClient } from './containers.client.js';
import { TestStage } from './test.stage.js';
import { TestsRepository } from './tests.repository.js';

afterAll(removeFolders);

const IMAGE = `sluice-tester-test:${randomUUID()}`;
const BARE = `sluice-tester-bare:${randomUUID()}`;
const DOCKERFILE = `FROM busybox:stable
WORKDIR /app
RUN echo '<testsuite><testcase name="ok"/><testcase name="sells"><failure message="no"/></testcase></testsuite>' > a.xml
`;

/** The lab's TEST engine with images that are there; the pull, which needs the whole suite, is left out. */
describe('the test stage on an engine', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let engine: ReturnType<typeof connectEngine>;
  let containers: ContainersClient;
  let stage: TestStage;
  let service: RunningService;
  const token = newToken();

  beforeAll(async () => {
    const { dockerHost } = readLab().engines.test;
    [database, broker] = await Promise.all([aTestDatabase('tester'), aTestBroker('tester')]);
    await migrate(database.db, 'tester', [
      ...BUS_MIGRATIONS,
      ...STAGE_MIGRATIONS,
      ...RUN_LOG_MIGRATIONS,
      ...TESTER_MIGRATIONS,
    ]);
    engine = connectEngine({ host: dockerHost });
    await Promise.all([build(IMAGE, DOCKERFILE), build(BARE, 'FROM scratch\nCOPY Dockerfile /\n')]);
    const directory = fake<Directory>({ environment: async () => ({ dockerHost }) as never });
    containers = new ContainersClient({ REGISTRY_HOST: 'registry.test:5000' } as TesterConfig, directory);
    const local = Object.assign(Object.create(containers) as ContainersClient, {
      pull: async (_: string, { service: name }: { service: string }) => (name === 'bare' ? BARE : IMAGE),
    });
    stage = new TestStage(local, new TestsRepository(database.db));

    await database.db.query(`insert into directory.tokens (service, name, hash) values ('gateway', 'test', $1)`, [
      hashToken(token),
    ]);
    service = await startService(tester, {
      PORT: '0',
      DATABASE_URL: database.url,
      AMQP_URL: broker.url,
      REGISTRY_HOST: 'registry.test:5000',
      LOG_LEVEL: 'error',
    });
  });

  afterAll(async () => {
    await service?.close();
    containers?.onApplicationShutdown();
    await Promise.all([IMAGE, BARE].map((image) => engine.docker.getImage(image).remove({ force: true })));
    engine.close();
    await Promise.all([database.drop(), broker.clean()]);
  });

  const build = (tag: string, dockerfile: string) => {
    const dir = aFolder();
    writeFileSync(join(dir, 'Dockerfile'), dockerfile);
    const context = Readable.from([execFileSync('tar', ['-C', dir, '-c', '.'])]);
    return buildImage(engine, { context, dockerfile: 'Dockerfile', tag, labels: {}, onLine: () => undefined });
  };

  const aTestJob = (sluiceYml: string, serviceName = 'app', overrides = {}) => {
    const input = { images: [anImage({ service: serviceName, repository: 'test/shop' })], config: aConfig(sluiceYml) };
    return aJob('test', { step: randomUUID(), run: { ...aJob('test').run, id: randomUUID() }, input, ...overrides });
  };
  const leftOf = (step: string) => findContainers(engine, { 'sluice.step': step });
  const list = (query: string, authorization = `Bearer ${token}`) =>
    fetch(`${service.url}/api/v1/tests?${query}`, { headers: { authorization } });

  it('carries out commands inside the image, bounded, and tells of them by its API', async () => {
    const job = aTestJob(`
test:
  - run: echo "$SLUICE_PROJECT in $SLUICE_ENVIRONMENT"; echo oops >&2; pwd
  - run: |
      echo hello > page; httpd -f -p 127.0.0.1:8080 & sleep 0.3
      wget -q -O - http://127.0.0.1:8080/page
  - run: wget -T 1 -q -O - ${readLab().registry.url}/ && exit 1; grep CapEff /proc/self/status
`);
    expect(await stage.run(job)).toEqual({ passed: 3 });
    expect(job.lines).toEqual(expect.arrayContaining(['shop in test', 'oops', '/app', 'hello']));
    expect(job.lines.find((line) => line.startsWith('CapEff'))).toMatch(/0{16}$/);
    expect(await leftOf(job.step)).toEqual([]);

    const first = (await (await list(`run=${job.run.id}&limit=2`)).json()) as { items: unknown[]; next: string };
    expect(first.items).toMatchObject([
      { position: 0, status: 'passed', exitCode: 0, report: null },
      { position: 1, status: 'passed' },
    ]);
    const rest = (await (await list(`run=${job.run.id}&limit=2&cursor=${first.next}`)).json()) as { items: unknown[] };
    expect(rest).toMatchObject({ items: [{ position: 2 }] });
    expect(rest).not.toHaveProperty('next');
  });

  it('reads the report out of the container, and a repeat replaces what was recorded', async () => {
    const job = aTestJob('test: [{ run: "mkdir -p out; mv a.xml out; exit 4", report: out/a.xml }]');
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(stage.run(job)).rejects.toMatchObject({
        code: 'test.failed',
        message: expect.stringContaining('exit code 4. 1 of 2 tests failed: "sells".') as string,
      });
    }
    const { items } = (await (await list(`run=${job.run.id}`)).json()) as { items: unknown[] };
    expect(items).toMatchObject([
      { exitCode: 4, report: { tests: 2, failures: 1, skipped: 0, failed: [{ name: 'sells', message: 'no' }] } },
    ]);
    expect(items).toHaveLength(1);
  });

  it('takes no file of the engine for a report', async () => {
    const job = aTestJob('test: [{ run: "ln -s /etc/passwd x; mkdir d", report: x }, { run: "mkdir d", report: d }]');
    expect(await stage.run(job)).toEqual({ passed: 2 });
    expect(job.lines.filter((line) => line.startsWith('warning'))).toHaveLength(2);
  });

  it('stops what takes too long, uses too much memory or has no shell', async () => {
    const slow = aTestJob('test: [{ run: "echo waiting; sleep 99", timeout: 2s }]');
    await expect(stage.run(slow)).rejects.toMatchObject({
      code: 'test.timed_out',
      evidence: { lastLogLines: ['waiting'] },
    });
    expect(await leftOf(slow.step)).toEqual([]);

    await expect(stage.run(aTestJob('test: [{ run: "true" }]', 'bare'))).rejects.toMatchObject({
      code: 'test.failed',
      message: expect.stringContaining('the image has no "sh"') as string,
    });
    await expect(stage.run(aTestJob('test: [{ run: npm test }]'))).rejects.toMatchObject({
      evidence: { exitCode: 127 },
    });
  });

  it('removes its container when the run ends, and what a killed worker has left before it begins', async () => {
    const abort = new AbortController();
    const job = aTestJob('test: [{ run: "echo begun; sleep 99" }]', 'app', { signal: abort.signal });
    const failure = expect(stage.run(job)).rejects.toThrow('the run was canceled');
    while (!job.lines.includes('begun')) await new Promise((next) => setTimeout(next, 20));
    abort.abort(new Error('the run was canceled'));
    await failure;
    expect(await leftOf(job.step)).toEqual([]);

    const labels = { 'sluice.step': job.step };
    const left = await engine.docker.createContainer({ Image: IMAGE, Cmd: ['sleep', '99'], Labels: labels });
    await left.start();
    const again = aTestJob('test: [{ run: "true" }]', 'app', { step: job.step });
    expect(await stage.run(again)).toEqual({ passed: 1 });
    expect(await leftOf(job.step)).toEqual([]);
  });

  it('answers nobody who is not signed in, and has a policy on every route', async () => {
    expect((await list(`run=${randomUUID()}`, 'Bearer x')).status).toBe(401);
    expect((await list('run=x')).status).toBe(400);
    expect(routesWithoutPolicy(AppModule)).toEqual([]);
  });
});
