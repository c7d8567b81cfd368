import { cloudEvent, type CloudEvent, type EventData, type EventName, type Service } from '@sluice/contracts';
import { hashPassword, hashToken, newToken, seal } from '@sluice/directory';
import { processEnviron, startService, type RunningService } from '@sluice/runtime';
import {
  aTestBroker,
  aTestDatabase,
  gitIn,
  routesWithoutPolicy,
  until,
  type TestBroker,
  type TestDatabase,
} from '@sluice/testing';
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';
import { packet } from './git/pkt-line.js';
import { receiver } from './index.js';

const KEY = randomBytes(32);
const SECRET = 'a secret of 256 bits, for hooks';
const PUBLIC_URL = 'http://sluice.example';
const BUILDER_TOKEN = newToken();
const ANN_TOKEN = newToken();
const ZERO = '0'.repeat(40);

let database: TestDatabase;
let broker: TestBroker;
let service: RunningService;
let folder: string;
let events: CloudEvent[];

/** A free port would do, but addresses in events have to be known before the service listens. */
const RECEIVER_URL = 'http://receiver.example:5000';
const environ = (): Record<string, string> => ({
  PORT: '0',
  DATABASE_URL: database.url,
  AMQP_URL: broker.url,
  LOG_LEVEL: 'warn',
  SECRETS_KEY: KEY.toString('base64'),
  REPOSITORIES_DIR: join(folder, 'repositories'),
  RECEIVER_URL,
  PUBLIC_URL,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-receiver-'));
  [database, broker] = await Promise.all([aTestDatabase('receiver'), aTestBroker('receiver')]);
  const { db } = database;
  await db.query(
    `insert into directory.environments (name, purpose, position, docker_host, robot_password)
     values ('dev', 'preview', 0, 'unix:///x', ''), ('ops', 'deploy', 1, 'unix:///x', '')`,
  );
  const password = await hashPassword('correct horse');
  for (const [name, environment, role] of [
    ['ann', 'dev', 'member'],
    ['eve', 'dev', 'viewer'],
    ['oscar', 'ops', 'owner'],
    ['nobody', undefined, undefined],
  ]) {
    const [{ id }] = await db.query('insert into directory.users (name, password_hash) values ($1, $2) returning id', [
      name,
      password,
    ]);
    if (environment) await db.query('insert into directory.members values ($1, $2, $3)', [environment, id, role]);
    if (name === 'ann') {
      await db.query(`insert into directory.tokens (user_id, name, hash) values ($1, 'laptop', $2)`, [
        id,
        hashToken(ANN_TOKEN),
      ]);
    }
  }
  await db.query(`insert into directory.tokens (service, name, hash) values ('builder', 'builder', $1)`, [
    hashToken(BUILDER_TOKEN),
  ]);
  for (const [name, cloneUrl] of [
    ['shop', null],
    ['hostile', null],
    ['slow', null],
    ['mirror', 'https://git.example.com/team/mirror.git'],
  ]) {
    await db.query('insert into directory.projects (name, clone_url, hook_secret) values ($1, $2, $3)', [
      name,
      cloneUrl,
      seal(KEY, `hook:${name}`, SECRET),
    ]);
  }
  service = await startService(receiver, environ());
  events = await broker.hear('push.received');
});

afterAll(async () => {
  await service?.close();
  await broker?.clean();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A clone with one commit, whose `origin` is the project, signed in as somebody. */
function aClone(project: string, who = `ann:${ANN_TOKEN}`): string {
  const dir = mkdtempSync(join(folder, 'clone-'));
  gitIn(dir, ['init', '--quiet', '--initial-branch=main', '.']);
  const url = new URL(`${service.url}/git/${project}.git`);
  [url.username = '', url.password = ''] = who.split(':').map(encodeURIComponent) as [string, string];
  gitIn(dir, ['remote', 'add', 'origin', url.href]);
  commit(dir, 'first');
  return dir;
}

function commit(dir: string, subject: string): string {
  writeFileSync(join(dir, 'file'), randomBytes(8));
  gitIn(dir, ['add', '.']);
  gitIn(dir, ['commit', '--quiet', '-m', subject]);
  return gitIn(dir, ['rev-parse', 'HEAD']);
}

interface Ran {
  code: number | null;
  stderr: string;
}

/** Unlike `gitIn`, while this process goes on serving. */
function git(dir: string, ...args: string[]): Promise<Ran> & { kill(): void } {
  const child = spawn('git', args, {
    cwd: dir,
    env: { PATH: processEnviron().PATH, HOME: '/nonexistent', GIT_TERMINAL_PROMPT: '0' },
    detached: true, // With a group of its own, as git leaves the talking to helpers.
  });
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  child.stdout.resume();
  const ran = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, stderr })));
  return Object.assign(ran, { kill: () => void process.kill(-child.pid!, 'SIGKILL') });
}

/** Where the receiver keeps a project's repository. */
async function repositoryOf(project: string): Promise<string> {
  const [{ id }] = await database.db.query('select id from directory.projects where name = $1', [project]);
  return join(folder, 'repositories', `${id}.git`);
}

const push = (dir: string, ...args: string[]): Promise<Ran> & { kill(): void } =>
  git(dir, 'push', '-o', 'no-follow', 'origin', ...args);
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

describe('the git remote', () => {
  it('takes a push, tells the address of its run, and announces it once', async () => {
    const dir = aClone('shop');
    const head = gitIn(dir, ['rev-parse', 'HEAD']);
    const { code, stderr } = await push(dir, 'HEAD:main');
    expect(code, stderr).toBe(0);
    const [event] = await until(() => events.length > 0 && events);
    expect(event!.data).toEqual({
      run: { id: event!.subject, project: 'shop', ref: 'refs/heads/main', commit: head },
      pusher: 'ann',
      cloneUrl: `${RECEIVER_URL}/git/shop.git`,
      subject: 'first',
      source: 'git',
    });
    expect(stderr).toContain(`${PUBLIC_URL}/runs/${event!.subject}`);
    expect(events).toHaveLength(1);
  });

  it('gives every move of a branch its run, also back and forth', async () => {
    const dir = aClone('shop');
    const a = gitIn(dir, ['rev-parse', 'HEAD']);
    const b = commit(dir, 'second');
    events.length = 0;
    for (const to of [a, b, a, b]) {
      const { code, stderr } = await push(dir, `+${to}:refs/heads/back-and-forth`);
      expect(code, stderr).toBe(0);
    }
    await until(() => events.length === 4);
    expect(events.map(({ data }) => (data as EventData<'push.received'>).run.commit)).toEqual([a, b, a, b]);
  });

  it('announces several branches of one push, keeps tags, and starts nothing at a delete', async () => {
    const dir = aClone('shop');
    events.length = 0;
    gitIn(dir, ['tag', '-a', '-m', 'x', 'v1']);
    expect(await push(dir, 'HEAD:one', 'HEAD:two', 'v1')).toMatchObject({ code: 0 });
    expect(await push(dir, ':two')).toMatchObject({ code: 0 });
    expect(await push(dir, 'HEAD:two')).toMatchObject({ code: 0 });
    await until(() => events.length === 3);
    expect(events.map(({ data }) => (data as EventData<'push.received'>).run.ref).sort()).toEqual([
      'refs/heads/one',
      'refs/heads/two',
      'refs/heads/two',
    ]);
  });

  it('lets pushes that race end as one line of runs whose last is what the branch is at', async () => {
    const dirs = Array.from({ length: 8 }, () => aClone('shop'));
    events.length = 0;
    const pushed = await Promise.all(dirs.map((dir) => push(dir, '+HEAD:race')));
    const winners = pushed.filter(({ code }) => code === 0).length;
    expect(winners).toBeGreaterThan(0);
    await until(() => events.length === winners);
    const at = gitIn(await repositoryOf('shop'), ['rev-parse', 'refs/heads/race']);
    expect((events.at(-1)!.data as EventData<'push.received'>).run.commit).toBe(at);
  });

  it('follows the run until its end', async () => {
    const dir = aClone('slow');
    events.length = 0;
    const pushing = git(dir, 'push', 'origin', 'HEAD:main');
    const [event] = await until(() => events.length > 0 && events);
    const { run } = event!.data as EventData<'push.received'>;
    const step = '5f1f0d50-9d7f-4f53-8f4f-5f3f1d5e7a10';
    const say = <N extends EventName>(by: Service, type: N, data: object): Promise<void> =>
      broker.publish(cloudEvent(by, type, { run, step, environment: 'dev', ...data } as unknown as EventData<N>));
    await say('builder', 'build.started', { attempt: 1 });
    await say('builder', 'build.failed', {
      code: 'build.failed',
      message: 'The build failed.',
      evidence: { lastLogLines: ['\u001b[31mmake: *** Error 1'] },
    });
    await say('conductor', 'run.failed', { number: 1, status: 'failed', reason: 'The build failed.' });
    const { code, stderr } = await pushing;
    expect(code).toBe(0);
    expect(stderr.replaceAll('\u001b[K', '')).toMatch(
      /remote: build in dev \.\.\. *\nremote: error: build in dev failed, .*\nremote: {3}The build failed\. *\nremote: {3}\| \\u\{1b\}\[31mmake/,
    );
    expect(stderr).toContain('error: the run has failed: The build failed.');
  });

  it('announces a push whose client went away', async () => {
    const dir = aClone('slow');
    events.length = 0;
    const pushing = git(dir, 'push', 'origin', 'HEAD:left');
    await until(() => events.length > 0);
    pushing.kill();
    await pushing;
    expect(events).toHaveLength(1);
    expect(await push(aClone('slow'), 'HEAD:after')).toMatchObject({ code: 0 });
  });

  it('serves clones to whoever may see, and single commits to the builder', async () => {
    const dir = aClone('shop');
    const head = gitIn(dir, ['rev-parse', 'HEAD']);
    expect(await push(dir, 'HEAD:fetched')).toMatchObject({ code: 0 });
    const url = (who: string): string => `${service.url.replace('://', `://${who}@`)}/git/shop.git`;
    for (const who of ['eve:correct%20horse', `builder:${BUILDER_TOKEN}`, 'oscar:correct%20horse']) {
      for (const version of ['0', '1', '2']) {
        const into = mkdtempSync(join(folder, 'fetch-'));
        gitIn(into, ['init', '--quiet']);
        const fetched = await git(into, '-c', `protocol.version=${version}`, 'fetch', url(who), head);
        expect(fetched.code, fetched.stderr).toBe(0);
        expect(gitIn(into, ['rev-parse', 'FETCH_HEAD'])).toBe(head);
      }
    }
  });

  it('refuses nobody, wrong passwords, strangers, and pushes by those who may only look', async () => {
    const dir = aClone('shop', 'ann:wrong');
    expect((await push(dir, 'HEAD:main')).code).not.toBe(0);
    const status = async (name: string, password: string, action: string, path = 'shop'): Promise<number> => {
      const headers: Record<string, string> = name ? { authorization: basic(name, password) } : {};
      const { status } = await fetch(`${service.url}/git/${path}.git/info/refs?service=git-${action}`, { headers });
      return status;
    };
    expect(await status('', '', 'upload-pack')).toBe(401);
    expect(await status('ann', 'wrong', 'upload-pack')).toBe(401);
    expect(await status('bob', ANN_TOKEN, 'upload-pack')).toBe(401);
    expect(await status('nobody', 'correct horse', 'upload-pack')).toBe(403);
    expect(await status('eve', 'correct horse', 'upload-pack')).toBe(200);
    expect(await status('eve', 'correct horse', 'receive-pack')).toBe(403);
    expect(await status('oscar', 'correct horse', 'receive-pack')).toBe(403);
    expect(await status('builder', BUILDER_TOKEN, 'receive-pack')).toBe(403);
    expect(await status('ann', 'correct horse', 'receive-pack')).toBe(200);
    expect(await status('ann', ANN_TOKEN, 'receive-pack', 'unknown')).toBe(404);
    expect(await status('ann', ANN_TOKEN, 'receive-pack', 'mirror')).toBe(409);
    const { headers } = await fetch(`${service.url}/git/shop.git/info/refs?service=git-upload-pack`);
    expect(headers.get('www-authenticate')).toBe('Basic realm="Sluice"');
  });

  it('does not let a reader write through the other request', async () => {
    const { status } = await fetch(`${service.url}/git/shop.git/git-receive-pack`, {
      method: 'POST',
      headers: {
        authorization: basic('eve', 'correct horse'),
        'content-type': 'application/x-git-receive-pack-request',
      },
      body: '0000',
    });
    expect(status).toBe(403);
  });

  it('takes a hundred hostile names of branches for names', async () => {
    const dir = aClone('hostile');
    const canary = join(folder, 'canary');
    const names = [
      '--upload-pack=touch',
      '-oProxyCommand=x',
      'a`id`',
      `a$(touch$IFS${canary})`,
      '<img>',
      "a'b",
      'a"b',
      'a;b',
      'a|b',
      'a&b',
    ]
      .flatMap((name) => [name, `x/${name}`, `${name}.x`, `$(touch${name})`, `%2e%2e${name}`])
      .flatMap((name) => [name, `${name}-ü`])
      .filter((name) => gitIn(dir, ['check-ref-format', '--allow-onelevel', `refs/heads/${name}`]) === '');
    expect(names).toHaveLength(100);
    events.length = 0;
    const { code, stderr } = await push(dir, ...names.map((name) => `HEAD:refs/heads/${name}`));
    expect(code, stderr).toBe(0);
    await until(() => events.length === 100);
    expect(new Set(events.map(({ data }) => (data as EventData<'push.received'>).run.ref))).toEqual(
      new Set(names.map((name) => `refs/heads/${name}`)),
    );
    expect(existsSync(canary)).toBe(false);
  });

  it('keeps branches and tags only, with names that an event can carry', async () => {
    const dir = aClone('shop');
    for (const ref of ['refs/replace/x', 'refs/notes/x', `refs/heads/${'x'.repeat(246)}`]) {
      const { code, stderr } = await push(dir, `HEAD:${ref}`);
      expect(code).not.toBe(0);
      expect(stderr).toContain('[remote rejected]');
    }
  });

  it('refuses what fsck finds in a tree', async () => {
    const dir = aClone('shop');
    const blob = gitIn(dir, ['hash-object', '-w', '--stdin'], '[core]\n\thooksPath = /tmp');
    const entry = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')]);
    const tree = gitIn(dir, ['hash-object', '-w', '--literally', '-t', 'tree', '--stdin'], entry);
    const bad = gitIn(dir, ['commit-tree', '-m', 'x', tree]);
    const { code, stderr } = await push(dir, `${bad}:refs/heads/planted`);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/hasDotgit|contains '\.git'/);
  });

  it('refuses a gzip bomb of commands before git hears of it', async () => {
    const row = (index: number): Buffer =>
      packet(
        `${ZERO} ${'a'.repeat(40)} refs/heads/${String(index).padStart(200, 'x')}${index ? '' : '\0report-status'}`,
      );
    const bomb = gzipSync(Buffer.concat(Array.from({ length: 300_000 }, (_, index) => row(index))));
    const { status } = await fetch(`${service.url}/git/shop.git/git-receive-pack`, {
      method: 'POST',
      headers: {
        authorization: basic('ann', ANN_TOKEN),
        'content-type': 'application/x-git-receive-pack-request',
        'content-encoding': 'gzip',
      },
      body: bomb,
    });
    expect(status).toBe(413);
  });

  it('takes a large push in chunks, and a gzipped fetch', async () => {
    const dir = aClone('slow');
    writeFileSync(join(dir, 'large'), randomBytes(12 * 1024 * 1024));
    commit(dir, 'large');
    const { code, stderr } = await push(dir, 'HEAD:large');
    expect(code, stderr).toBe(0);
    const into = mkdtempSync(join(folder, 'fetch-'));
    const url = gitIn(dir, ['remote', 'get-url', 'origin']);
    expect(await git(into, 'clone', '--quiet', '--branch', 'large', url, '.')).toMatchObject({ code: 0 });
  });

  it('announces at the next start what was moved and never announced', async () => {
    const dir = aClone('shop');
    expect(await push(dir, 'HEAD:main', '--force')).toMatchObject({ code: 0 });
    const repository = await repositoryOf('shop');
    await service.close();

    const head = gitIn(dir, ['rev-parse', 'HEAD']);
    gitIn(repository, ['update-ref', 'refs/heads/killed', head]);
    gitIn(repository, ['update-ref', '-d', 'refs/heads/fetched']);
    await database.db.query(
      `insert into arrivals (project, ref, commit, pusher) values ('shop', 'refs/heads/killed', $1, 'ann')`,
      [head],
    );
    events.length = 0;
    service = await startService(receiver, environ());
    await until(() => events.length > 0);
    expect(events.map(({ data }) => data)).toMatchObject([
      { run: { ref: 'refs/heads/killed', commit: head }, pusher: 'ann', subject: 'first' },
    ]);
    await until(
      async () =>
        (await database.db.query(`select 1 from heads where project = 'shop' and ref = 'refs/heads/fetched'`))
          .length === 0,
    );
  });
});

describe('hooks', () => {
  const after = (): string => randomBytes(20).toString('hex');
  const payload = (before: string, commit: string, more: object = {}): object => ({
    ref: 'refs/heads/main',
    before,
    after: commit,
    repository: { clone_url: 'https://git.example.com/team/mirror.git' },
    commits: [{ id: commit, message: 'Sell pears' }],
    pusher: { login: 'ann', username: 'ann' },
    sender: { login: 'ann' },
    ...more,
  });
  const sign = (body: string, secret = SECRET): string => createHmac('sha256', secret).update(body).digest('hex');
  const headersOf = (
    forge: string,
    body: string,
    delivery = randomBytes(8).toString('hex'),
  ): Record<string, string> => ({
    'content-type': 'application/json',
    ...{
      gogs: { 'x-gogs-event': 'push', 'x-gogs-delivery': delivery, 'x-gogs-signature': sign(body) },
      gitea: { 'x-gitea-event': 'push', 'x-gitea-delivery': delivery, 'x-gitea-signature': sign(body) },
      github: {
        'x-github-event': 'push',
        'x-github-delivery': delivery,
        'x-hub-signature-256': `sha256=${sign(body)}`,
      },
      gitlab: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': delivery, 'x-gitlab-token': SECRET },
    }[forge],
  });
  const send = async (
    body: string,
    headers: Record<string, string>,
    project = 'mirror',
  ): Promise<{ status: number; body: Record<string, string>; text: string }> => {
    const answer = await fetch(`${service.url}/hooks/${project}`, { method: 'POST', headers, body });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) as Record<string, string> };
  };
  const rows = async (table: string): Promise<number> =>
    (await database.db.query(`select count(*)::int as n from ${table} where project = 'mirror'`))[0].n;

  beforeEach(async () => {
    for (const table of ['heads', 'pushes', 'hook_deliveries']) {
      await database.db.query(`delete from ${table} where project = 'mirror'`);
    }
    events.length = 0;
  });

  it.each(['gogs', 'gitea', 'github', 'gitlab'])('of %s are committed and announced', async (forge) => {
    const commit = after();
    const project = { git_http_url: 'https://git.example.com/team/mirror.git' };
    const body = JSON.stringify(payload(ZERO, commit, forge === 'gitlab' ? { project, user_username: 'ann' } : {}));
    const { status, body: answer } = await send(body, headersOf(forge, body));
    expect([status, answer]).toEqual([202, { run: expect.any(String), address: `${PUBLIC_URL}/runs/${answer.run}` }]);
    await until(() => events.length > 0);
    expect(events[0]!.data).toEqual({
      run: { id: answer.run, project: 'mirror', ref: 'refs/heads/main', commit },
      pusher: 'ann',
      cloneUrl: 'https://git.example.com/team/mirror.git',
      subject: 'Sell pears',
      source: forge,
    });
  });

  it('with no, a wrong, a cut or another signature are refused with the same bytes as unknown projects', async () => {
    const body = JSON.stringify(payload(ZERO, after()));
    const answers = new Set<string>();
    for (const forge of ['gogs', 'gitea', 'github', 'gitlab']) {
      const good = headersOf(forge, body);
      const name = Object.keys(good).at(-1)!;
      const bad = [
        { ...good, [name]: '' },
        { ...good, [name]: good[name]!.slice(0, -1) },
        { ...good, [name]: sign(body, 'another secret') },
        { ...good, [name]: `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` },
        Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)),
      ];
      for (const headers of bad) {
        const { status, text } = await send(body, headers);
        answers.add(`${status} ${text}`);
      }
      if (forge !== 'gitlab') answers.add(await send(`${body} `, good).then(({ status, text }) => `${status} ${text}`));
      for (const project of ['unknown', 'shop%2f', 'x'.repeat(60)]) {
        answers.add(await send(body, good, project).then(({ status, text }) => `${status} ${text}`));
      }
    }
    expect([...answers]).toEqual([expect.stringMatching(/^401 /)]);
    expect(await rows('hook_deliveries')).toBe(0);
  });

  it('are accepted once, by delivery, by head, and by their bytes', async () => {
    const [a, b] = [after(), after()];
    const first = JSON.stringify(payload(ZERO, a));
    const second = JSON.stringify(payload(a, b));
    const back = JSON.stringify(payload(b, a));
    const { body: accepted } = await send(first, headersOf('github', first, 'd1'));
    expect(await send(first, headersOf('github', first, 'd1'))).toMatchObject({
      status: 200,
      body: { run: accepted.run },
    });
    expect(await send(first, headersOf('github', first, 'd2'))).toMatchObject({
      status: 200,
      body: { run: accepted.run },
    });
    expect(await send(second, headersOf('github', second))).toMatchObject({ status: 202 });
    expect(await send(back, headersOf('github', back))).toMatchObject({ status: 202 });
    // The recording of an old push: the branch stands where it starts from, and the forge cannot be asked.
    expect(await send(second, headersOf('github', second))).toMatchObject({ status: 200 });
    // The same move again, honestly: a forge says when.
    const again = JSON.stringify(payload(a, b, { pushed_at: 2 }));
    expect(await send(again, headersOf('github', again))).toMatchObject({ status: 202 });
    expect(await rows('pushes')).toBe(4);
  });

  it('that come at the same time for one push start one run', async () => {
    const body = JSON.stringify(payload(ZERO, after()));
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body, headersOf('gogs', body))));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
    expect(await rows('pushes')).toBe(1);
  });

  it('are announced although an earlier one was lost', async () => {
    const first = JSON.stringify(payload(ZERO, after()));
    const later = JSON.stringify(payload(after(), after()));
    await send(first, headersOf('gogs', first));
    expect(await send(later, headersOf('gogs', later))).toMatchObject({ status: 202 });
  });

  it('of tags, pings and deletes answer that nothing is done', async () => {
    const body = JSON.stringify({ zen: 'x' });
    const headers = { ...headersOf('github', body), 'x-github-event': 'ping' };
    expect(await send(body, headers)).toMatchObject({ status: 200, body: { ignored: 'nothing is done at "ping"' } });
    const gone = JSON.stringify(payload(after(), ZERO));
    expect(await send(gone, headersOf('github', gone))).toMatchObject({
      status: 200,
      body: { ignored: 'a deleted branch starts no run' },
    });
    expect(await rows('pushes')).toBe(0);
    expect(await rows('hook_deliveries')).toBe(2);
  });

  it('that cannot be understood are told so', async () => {
    const other = JSON.stringify(payload(ZERO, after(), { repository: { clone_url: 'https://git.example.com/x/y' } }));
    expect(await send(other, headersOf('gogs', other))).toMatchObject({ status: 422 });
    expect(await send(other, headersOf('gogs', other), 'shop')).toMatchObject({ status: 422 });
    for (const body of ['{', '[]', '{"ref":"refs/heads/main"}', '"\\ud800"']) {
      expect(await send(body, headersOf('gogs', body)), body).toMatchObject({ status: 400 });
    }
    const body = JSON.stringify(payload(ZERO, after(), { sender: { login: '\u0000\ud800' }, commits: [] }));
    expect(await send(body, headersOf('gogs', body))).toMatchObject({ status: 202 });
    const form = { ...headersOf('gogs', body), 'content-type': 'application/x-www-form-urlencoded' };
    expect(await send(body, form)).toMatchObject({ status: 415 });
    expect(await send(body, { ...headersOf('gogs', body), 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    expect(await send(body, { 'content-type': 'application/json' })).toMatchObject({ status: 400 });
  });

  it('without an end are cut off at two mebibytes', async () => {
    const answer = await new Promise<{ status?: number; sent: number }>((resolve, reject) => {
      let sent = 0;
      const headers = { ...headersOf('gogs', 'x'), 'transfer-encoding': 'chunked' };
      const endless = request(`${service.url}/hooks/mirror`, { method: 'POST', headers }, ({ statusCode }) => {
        stopped = true;
        resolve({ status: statusCode, sent });
        endless.destroy();
      });
      let stopped = false;
      endless.on('error', (error) => (stopped ? undefined : reject(error)));
      const more = (): void => {
        if (stopped) return;
        sent += 65536;
        endless.write(Buffer.alloc(65536, ' '), more);
      };
      more();
    });
    expect(answer.status).toBe(413);
  });
});

describe('the API', () => {
  it('lists pushes and hooks page by page to whoever may see', async () => {
    const get = async (
      path: string,
      token?: string,
    ): Promise<{ status: number; body: { items: { id: string }[]; next?: string } }> => {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const answer = await fetch(`${service.url}/api/v1/${path}`, { headers });
      return { status: answer.status, body: (await answer.json()) as never };
    };
    expect((await get('pushes')).status).toBe(401);
    const first = await get('pushes?project=hostile&limit=60', ANN_TOKEN);
    const second = await get(`pushes?project=hostile&limit=60&cursor=${first.body.next}`, ANN_TOKEN);
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([60, 40, undefined]);
    await database.db.query(
      `insert into hook_deliveries (project, source, delivery, event, verdict, body_hash) values ('mirror', 'gogs', 'x', 'push', 'ignored', '')`,
    );
    expect((await get('hooks?project=mirror', ANN_TOKEN)).body.items).toMatchObject([{ delivery: 'x', run: null }]);
    expect((await get('pushes?limit=0', ANN_TOKEN)).status).toBe(400);
  });

  it('has a policy for every route', () => expect(routesWithoutPolicy(AppModule)).toEqual([]));
});
