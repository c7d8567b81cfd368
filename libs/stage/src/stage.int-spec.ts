import { Injectable, Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { cloudEvent, type EventData, type TestSucceeded } from '@sluice/contracts';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { RUN_LOG_MIGRATIONS, RunLogModule } from '@sluice/run-log';
import { BaseConfig, defineService, startService, type RunningService } from '@sluice/runtime';
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
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAGE_MIGRATIONS } from './migrations.js';
import { StageFailure } from './stage-failure.js';
import { HandlesStage, type StageHandler, type StageJob } from './stage-handler.js';
import { StageModule } from './stage.module.js';
import { StageRunsRepository } from './stage-runs.repository.js';

let act: (job: StageJob<'test'>) => Promise<Omit<TestSucceeded, 'run' | 'step' | 'environment'>>;
let stageRuns: StageRunsRepository;

@Injectable()
@HandlesStage('test')
class Handler implements StageHandler<'test'> {
  constructor(repository: StageRunsRepository) {
    stageRuns = repository;
  }
  run = (job: StageJob<'test'>): ReturnType<typeof act> => act(job);
}

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...STAGE_MIGRATIONS, ...RUN_LOG_MIGRATIONS]),
    DirectoryModule,
    BusModule,
    RunLogModule,
    StageModule,
  ],
  providers: [Handler],
})
class HandlerModule {}

const aRequest = (): EventData<'test.requested'> => ({
  run: aRun({ id: randomUUID() }),
  step: randomUUID(),
  environment: 'test',
  images: [anImage()],
  config: aConfig(),
});

describe('the lines around a stage', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let service: RunningService;
  const request = async (data: EventData<'test.requested'>): Promise<void> =>
    broker.publish(cloudEvent('conductor', 'test.requested', data));
  const rowOf = async (step: string): Promise<{ attempt: number; status: string } | undefined> =>
    (await database.db.query('select attempt, status from stage_runs where step = $1', [step]))[0];
  const ended = (step: string, status: string): Promise<unknown> =>
    until(async () => (await rowOf(step))?.status === status);

  beforeAll(async () => {
    database = await aTestDatabase('tester');
    broker = await aTestBroker('tester');
    const definition = defineService({ name: 'tester', config: BaseConfig, module: HandlerModule });
    const SECRETS_KEY = randomBytes(32).toString('base64');
    service = await startService(definition, {
      PORT: '0',
      DATABASE_URL: database.url,
      AMQP_URL: broker.url,
      LOG_LEVEL: 'silent',
      SECRETS_KEY,
    });
  });
  afterAll(async () => {
    await service?.close();
    await broker?.clean();
    await database?.drop();
  });

  it('records a result, and keeps what the stage said', async () => {
    act = async ({ output }) => (output.line('one'), output.line('two', 'stderr'), { passed: 2 });
    const data = aRequest();
    await request(data);
    await ended(data.step, 'succeeded');
    const lines = await database.db.query(
      'select number, stream, text from log_lines where step = $1 order by number',
      [data.step],
    );
    expect(lines).toEqual([
      { number: 1, stream: 'stdout', text: 'one' },
      { number: 2, stream: 'stderr', text: 'two' },
    ]);
  });

  it('reports a failure as a result and does not repeat it', async () => {
    let calls = 0;
    act = async () => {
      calls++;
      throw new StageFailure('test.failed', 'expected 4, got 5', { exitCode: 1 });
    };
    const data = aRequest();
    await request(data);
    await ended(data.step, 'failed');
    expect(calls).toBe(1);
  });

  it('repeats what went wrong on our side, with a higher attempt', async () => {
    const attempts: number[] = [];
    act = async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) throw new Error('the engine does not answer');
      return { passed: 1 };
    };
    const data = aRequest();
    await request(data);
    await ended(data.step, 'succeeded');
    expect(attempts).toEqual([1, 2]);
  });

  it('does the work once for a request that comes twice while it is under way', async () => {
    let calls = 0;
    act = async () => {
      calls++;
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { passed: 1 };
    };
    const data = aRequest();
    await request(data);
    await until(() => calls === 1);
    await request(data);
    await ended(data.step, 'succeeded');
    expect(await rowOf(data.step)).toEqual({ attempt: 1, status: 'succeeded' });
    expect(calls).toBe(1);
  });

  it('aborts the work of a run that was ended, and does not start what was ended before', async () => {
    let reason: unknown;
    act = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject((reason = signal.reason))));
    const data = aRequest();
    await request(data);
    await ended(data.step, 'running');
    const stopped = { step: data.step, stage: 'test' as const, environment: 'test' };
    await broker.publish(
      cloudEvent('conductor', 'run.canceled', { run: data.run, number: 1, status: 'canceled', stopped }),
    );
    await until(() => reason !== undefined);
    expect((await rowOf(data.step))?.status).toBe('canceled');

    let started = false;
    act = async () => ((started = true), { passed: 0 });
    const early = aRequest();
    await broker.publish(
      cloudEvent('conductor', 'run.canceled', {
        run: early.run,
        number: 1,
        status: 'canceled',
        stopped: { ...stopped, step: early.step },
      }),
    );
    await ended(early.step, 'canceled');
    await request(early);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(started).toBe(false);
  });

  it('lets a worker that lost its claim change nothing', async () => {
    const data = aRequest();
    const stale = await stageRuns.claim('test', data);
    const current = await stageRuns.claim('test', data);
    expect([stale.attempt, current.attempt]).toEqual([1, 2]);
    expect(await stageRuns.lost([stale, current])).toEqual(new Set([data.step]));
    expect(await stageRuns.succeed<'test'>(stale, { ...data, passed: 9 })).toBe(false);
    expect(await rowOf(data.step)).toEqual({ attempt: 2, status: 'running' });
    expect(await stageRuns.succeed<'test'>(current, { ...data, passed: 1 })).toBe(true);
    expect((await stageRuns.claim('test', data)).status).toBe('succeeded');
  });
});
