import { cloudEvent, type EventData, type EventName, type RunRef, type Stage } from '@sluice/contracts';
import { hashPassword, hashToken, newToken } from '@sluice/directory';
import { startService, type RunningService } from '@sluice/runtime';
import {
  aConfig,
  anImage,
  aRun,
  aTestBroker,
  aTestDatabase,
  until,
  type TestBroker,
  type TestDatabase,
} from '@sluice/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conductor } from './index.js';

interface RunAnswer {
  status: string;
  reason: string | null;
  number: number;
  steps: { id: string; kind: string; stage: string | null; environment: string; status: string; try: number }[];
}

/** Plays the workers: hears nothing, and answers what a test wants answered. */
describe('conductor', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let service: RunningService;
  const tokens = { dana: newToken(), olga: newToken(), oleg: newToken(), eve: newToken() };

  beforeAll(async () => {
    database = await aTestDatabase('conductor');
    broker = await aTestBroker('conductor');
    const hash = await hashPassword('not used here');
    for (const [name, token] of Object.entries(tokens)) {
      const [user] = await database.db.query(
        'insert into directory.users (name, password_hash) values ($1, $2) returning id',
        [name, hash],
      );
      await database.db.query(`insert into directory.tokens (user_id, name, hash) values ($1, 'test', $2)`, [
        user.id,
        hashToken(token),
      ]);
    }
    await database.db.query(`
      insert into directory.environments (name, purpose, position, docker_host, approvals, robot_password) values
        ('dev', 'preview', 0, 'unix:///x', 0, ''), ('test', 'test', 1, 'unix:///x', 0, ''), ('ops', 'deploy', 2, 'unix:///x', 2, '')`);
    await database.db.query(`
      insert into directory.members (environment, user_id, role)
      select e.name, u.id, case when u.name = 'eve' then 'viewer' else 'member' end from directory.environments e, directory.users u`);
    await database.db.query(`insert into directory.projects (name, hook_secret) values ('shop', '')`);
    service = await startService(conductor, {
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

  const ask = async <T>(
    who: keyof typeof tokens,
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: T }> => {
    const response = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens[who]}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  const runOf = async ({ id }: RunRef): Promise<RunAnswer | undefined> => {
    const { status, body } = await ask<RunAnswer>('dana', 'GET', `/runs/${id}`);
    return status === 200 ? body : undefined;
  };
  const reached = (run: RunRef, status: string): Promise<RunAnswer> =>
    until(async () => {
      const found = await runOf(run);
      return found?.status === status ? found : undefined;
    });
  const tell = async <N extends EventName>(type: N, data: EventData<N>, at?: Date): Promise<void> =>
    broker.publish({ ...cloudEvent('receiver', type, data), ...(at ? { time: at.toISOString() } : {}) });
  const push = async (ref = `refs/heads/${randomUUID()}`, at?: Date): Promise<RunRef> => {
    const run = aRun({ id: randomUUID(), ref });
    await tell(
      'push.received',
      { run, pusher: 'dana', cloneUrl: 'http://127.0.0.1/git/shop.git', subject: 'a commit', source: 'git' },
      at,
    );
    return run;
  };
  /** Waits until a stage is asked for, and answers in its worker's place. */
  const answer = async (
    run: RunRef,
    stage: Stage,
    environment: string,
    outcome: 'succeeded' | 'failed' = 'succeeded',
    config = aConfig(),
  ): Promise<void> => {
    const step = await until(async () =>
      (await runOf(run))?.steps.find(
        (row) => row.stage === stage && row.environment === environment && row.status === 'requested',
      ),
    );
    const own = { run, step: step.id, environment };
    const results = {
      images: [anImage()],
      config,
      expiresAt: new Date().toISOString(),
      passed: 1,
      release: 1,
      addresses: [],
      code: `${stage}.failed`,
      message: `${stage} went wrong`,
    };
    await tell(`${stage}.${outcome}` as 'test.succeeded', { ...own, ...results } as never);
  };
  const toOps = async (run: RunRef, config = aConfig()): Promise<void> => {
    await answer(run, 'build', 'dev', 'succeeded', config);
    await answer(run, 'preview', 'dev');
    await answer(run, 'promote', 'test');
    await answer(run, 'test', 'test');
  };
  const gateOf = async (run: RunRef): Promise<string> =>
    (await until(async () => (await runOf(run))?.steps.find(({ status }) => status === 'waiting'))).id;

  it('ends a run of another branch after the first environment', async () => {
    const run = await push();
    await answer(run, 'build', 'dev');
    await answer(run, 'preview', 'dev');
    expect((await reached(run, 'succeeded')).steps.map(({ stage }) => stage)).toEqual(['build', 'preview']);
  });

  it('lets enough others approve, and never the author, nor one twice, nor a viewer', async () => {
    const run = await push('refs/heads/main');
    await toOps(run);
    const gate = await gateOf(run);
    expect((await reached(run, 'waiting')).reason).toContain('2 approvals for ops');

    expect(await ask('dana', 'POST', `/gates/${gate}/approve`, {})).toMatchObject({
      status: 403,
      body: { code: 'gate.own_commit' },
    });
    expect((await ask('eve', 'POST', `/gates/${gate}/approve`, {})).status).toBe(403);
    expect((await ask('olga', 'POST', `/gates/${gate}/approve`, { note: 'fine' })).status).toBe(200);
    expect(await ask('olga', 'POST', `/gates/${gate}/approve`, {})).toMatchObject({
      status: 409,
      body: { code: 'gate.decided' },
    });
    expect((await runOf(run))?.status).toBe('waiting');
    expect((await ask('oleg', 'POST', `/gates/${gate}/approve`, {})).status).toBe(200);
    expect(await ask('oleg', 'POST', `/gates/${gate}/reject`, {})).toMatchObject({ status: 409 });
    await answer(run, 'promote', 'ops');
    await answer(run, 'deploy', 'ops');
    await reached(run, 'succeeded');
  });

  it('ends a rejected run with the reason', async () => {
    const run = await push('refs/heads/main');
    await toOps(run);
    await ask('olga', 'POST', `/gates/${await gateOf(run)}/reject`, { note: 'not on a Friday' });
    expect((await reached(run, 'failed')).reason).toBe('ops: rejected by olga: not on a Friday');
  });

  it("waits for a tester's verdict when the project asks something", async () => {
    const run = await push('refs/heads/main');
    await toOps(run, aConfig('test: [ask: Does it look right?]'));
    const gate = await gateOf(run);
    expect((await reached(run, 'waiting')).reason).toContain('Does it look right?');
    await ask('dana', 'POST', `/gates/${gate}/approve`, {});
    await until(async () => (await runOf(run))?.reason?.includes('approvals for ops'));
    await ask('olga', 'POST', `/gates/${await gateOf(run)}/reject`, {});
  });

  it('goes on with the newest push, in whatever order they are heard of', async () => {
    const ref = `refs/heads/${randomUUID()}`;
    const newer = await push(ref, new Date('2030-01-02'));
    await reached(newer, 'queued');
    const older = await push(ref, new Date('2030-01-01'));
    expect((await reached(older, 'superseded')).reason).toContain('newer push');
    const newest = await push(ref, new Date('2030-01-03'));
    await reached(newer, 'superseded');
    await answer(newest, 'build', 'dev');
    await answer(newest, 'preview', 'dev');
    await reached(newest, 'succeeded');
  });

  it('makes one run of a push that is told twice', async () => {
    const run = await push();
    await reached(run, 'queued');
    await tell('push.received', {
      run,
      pusher: 'dana',
      cloneUrl: 'http://127.0.0.1/git/shop.git',
      subject: 'again',
      source: 'git',
    });
    await push();
    const rows = await database.db.query('select 1 from runs where id = $1', [run.id]);
    expect(rows).toHaveLength(1);
  });

  it('cuts no deploy off, lets none overlap, and goes on with the one that stood', async () => {
    const [first, second] = [await push('refs/heads/main'), aRun({ id: randomUUID(), ref: 'refs/heads/main' })];
    const approve = async (run: RunRef): Promise<void> => {
      const gate = await gateOf(run);
      for (const who of ['olga', 'oleg'] as const) await ask(who, 'POST', `/gates/${gate}/approve`, {});
      await answer(run, 'promote', 'ops');
    };
    await toOps(first);
    await approve(first);
    await until(async () =>
      (await runOf(first))?.steps.some(({ stage, status }) => stage === 'deploy' && status === 'requested'),
    );
    expect(await ask('olga', 'POST', `/runs/${first.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'run.deploying' },
    });

    await tell('push.received', {
      run: second,
      pusher: 'dana',
      cloneUrl: 'http://127.0.0.1/git/shop.git',
      subject: 'next',
      source: 'git',
    });
    await toOps(second);
    await approve(second);
    await until(
      async () =>
        (await runOf(second))?.steps.find(({ stage, environment }) => stage === 'promote' && environment === 'ops')
          ?.status === 'succeeded',
    );
    expect((await runOf(second))?.steps.at(-1)?.status).toBe('pending');
    expect((await runOf(first))?.status).not.toBe('superseded');

    await answer(first, 'deploy', 'ops', 'failed');
    expect((await reached(first, 'failed')).reason).toBe('deploy went wrong');
    await answer(second, 'deploy', 'ops');
    await reached(second, 'succeeded');
  });

  it('cancels what is under way, once, and goes on from there when asked to', async () => {
    const run = await push();
    await answer(run, 'build', 'dev');
    await until(async () => (await runOf(run))?.steps[1]?.status === 'requested');
    expect((await ask('eve', 'POST', `/runs/${run.id}/cancel`)).status).toBe(403);
    expect((await ask('olga', 'POST', `/runs/${run.id}/cancel`)).status).toBe(200);
    expect((await reached(run, 'canceled')).reason).toBe('Canceled by olga.');
    expect((await ask('olga', 'POST', `/runs/${run.id}/cancel`)).status).toBe(409);

    expect((await ask('olga', 'POST', `/runs/${run.id}/retry`)).status).toBe(202);
    await answer(run, 'preview', 'dev');
    const ended = await reached(run, 'succeeded');
    expect(ended.steps.map((step) => step.try)).toEqual([1, 2]);
  });

  it('knows what it was not asked for', async () => {
    expect((await ask('dana', 'GET', `/runs/${randomUUID()}`)).status).toBe(404);
    expect((await ask('dana', 'GET', '/runs/x')).status).toBe(400);
    expect((await ask('dana', 'POST', `/gates/${randomUUID()}/approve`, {})).status).toBe(404);
    expect((await ask('dana', 'POST', `/gates/${randomUUID()}/approve`, { notes: 'x' })).status).toBe(400);
  });

  it('pages through runs, newest first, each once', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await ask<{ items: { id: string }[]; next?: string }>(
        'dana',
        'GET',
        `/runs?project=shop&limit=3${after}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      if (!body.next) break;
      after = `&after=${encodeURIComponent(body.next)}`;
    }
    const [{ n }] = await database.db.query('select count(*)::int as n from runs');
    expect(new Set(seen).size).toBe(n);
    expect(seen).toHaveLength(n);
  });
});
