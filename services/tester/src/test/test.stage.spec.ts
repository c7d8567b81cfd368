import { aConfig, aJob, anImage, fake } from '@sluice/testing';
import { describe, expect, it } from 'vitest';
import type { ContainerOrder, ContainerOutcome, ContainersClient } from './containers.client.js';
import { TestStage } from './test.stage.js';
import type { CarriedOut, TestsRepository } from './tests.repository.js';

type Behaviour = (order: ContainerOrder) => Promise<Partial<ContainerOutcome>>;

interface Scene {
  readonly stage: TestStage;
  readonly done: string[];
  readonly orders: ContainerOrder[];
  readonly recorded: CarriedOut[];
}

function aStage(behaviour: Behaviour = async () => ({})): Scene {
  const done: string[] = [];
  const orders: ContainerOrder[] = [];
  const recorded: CarriedOut[] = [];
  const containers = fake<ContainersClient>({
    pull: async (environment, { repository }) => {
      done.push(`pull ${repository} in ${environment}`);
      return `registry/${repository}`;
    },
    clear: async (_, labels) => void done.push(`clear ${Object.keys(labels).join()}`),
    run: async (order) => {
      orders.push(order);
      done.push(`run ${order.spec.command?.join()}`);
      return { exitCode: 0, oomKilled: false, ...(await behaviour(order)) };
    },
  });
  const tests = fake<TestsRepository>({ record: async (test) => void recorded.push(test) });
  return { stage: new TestStage(containers, tests), done, orders, recorded };
}

const aTestJob = (sluiceYml: string, overrides = {}) =>
  aJob('test', { ...overrides, input: { images: [anImage({ repository: 'test/shop' })], config: aConfig(sluiceYml) } });

describe('the test stage', () => {
  it('asks no engine for a project without tests', async () => {
    const stage = new TestStage(fake<ContainersClient>(), fake<TestsRepository>());
    expect(await stage.run(aTestJob(''))).toEqual({ passed: 0 });
  });

  it('carries out each command in its order, in the promoted image', async () => {
    const { stage, done, orders, recorded } = aStage();

    expect(await stage.run(aTestJob('test: [{ run: one }, { run: two }]'))).toEqual({ passed: 2 });

    expect(done).toEqual(['pull test/shop in test', 'clear sluice.step', 'run one', 'run two']);
    expect(orders.map(({ spec }) => spec.image)).toEqual(['registry/test/shop', 'registry/test/shop']);
    expect(recorded.map(({ command, status }) => [command.position, status])).toEqual([
      [0, 'passed'],
      [1, 'passed'],
    ]);
  });

  it('leaves questions to people and says so', async () => {
    const { stage, recorded } = aStage();
    const job = aTestJob('test: [{ ask: Does it look well? }, { run: one }]');

    expect(await stage.run(job)).toEqual({ passed: 1 });

    expect(job.lines).toContain('a tester is asked, not this machine: Does it look well?');
    expect(recorded.map(({ command }) => command.position)).toEqual([1]);
  });

  it('ends at the first command that fails, with evidence', async () => {
    const { stage, done, recorded } = aStage(async ({ onLine }) => {
      for (let line = 0; line < 30; line++) onLine(`line ${line}`, 'stderr');
      return { exitCode: 3 };
    });
    const job = aTestJob('test: [{ run: one }, { run: two }]');

    await expect(stage.run(job)).rejects.toMatchObject({
      name: 'StageFailure',
      code: 'test.failed',
      message: '"one" ended with exit code 3.',
      evidence: { exitCode: 3, where: 'one', lastLogLines: Array.from({ length: 20 }, (_, at) => `line ${at + 10}`) },
    });
    expect(done).not.toContain('run two');
    expect(recorded).toMatchObject([{ status: 'failed', result: { exitCode: 3 } }]);
    expect(job.lines).toContain('line 0');
  });

  it('stops a command whose time is up', async () => {
    const { stage, recorded } = aStage(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );

    await expect(stage.run(aTestJob('test: [{ run: sleep 99, timeout: 1s }]'))).rejects.toMatchObject({
      code: 'test.timed_out',
      message: '"sleep 99" took longer than 1 s and was stopped.',
    });
    expect(recorded).toMatchObject([{ status: 'timed_out' }]);
  });

  it('records nothing of a command that ended because the run did', async () => {
    const abort = new AbortController();
    const { stage, recorded } = aStage(async ({ signal }) => {
      abort.abort(new Error('the run was canceled'));
      signal.throwIfAborted();
      return {};
    });

    const failure = stage.run(aTestJob('test: [{ run: one }]', { signal: abort.signal }));

    await expect(failure).rejects.toThrow('the run was canceled');
    await expect(failure).rejects.not.toHaveProperty('code');
    expect(recorded).toEqual([]);
  });

  it('lets an unwell engine be tried again', async () => {
    const { stage } = aStage(() => Promise.reject(new Error('no engine')));
    await expect(stage.run(aTestJob('test: [{ run: one }]'))).rejects.not.toHaveProperty('code');
  });

  it('keeps the report of a command and names what failed', async () => {
    const content = Buffer.from(
      '<testsuite><testcase name="a"/><testcase name="b"><failure message="m"/></testcase></testsuite>',
    );
    const { stage, orders, recorded } = aStage(async () => ({ exitCode: 1, report: { content } }));

    await expect(stage.run(aTestJob('test: [{ run: one, report: out/junit.xml }]'))).rejects.toMatchObject({
      message: '"one" ended with exit code 1. 1 of 2 tests failed: "b".',
    });
    expect(orders[0]?.reportPath).toBe('out/junit.xml');
    expect(recorded[0]?.result.report).toMatchObject({ tests: 2, failures: 1, failed: [{ name: 'b', message: 'm' }] });
  });

  it.each([
    [{ problem: 'junit.xml is not there' }, 'junit.xml is not there'],
    [{ content: Buffer.from('not xml') }, 'cannot be used'],
  ])('only mentions a report that cannot be used', async (report, words) => {
    const { stage } = aStage(async () => ({ report }));
    const job = aTestJob('test: [{ run: one, report: junit.xml }]');

    expect(await stage.run(job)).toEqual({ passed: 1 });

    expect(job.lines.find((line) => line.startsWith('warning'))).toContain(words);
  });
});
