import { anImage, aRun } from '@sluice/testing';
import { describe, expect, it } from 'vitest';
import { explain, imageUnderTest, planContainer, shortCommand, statusOf, type CommandResult } from './test.plan.js';

const command = { kind: 'run', run: 'npm test', timeoutSeconds: 600, position: 2 } as const;
const names = { run: aRun(), step: 'c0a7f1de-52c5-4d0e-9a3b-3f1f6f0f7a22', environment: 'test' };
const ended = (result: Partial<CommandResult>): CommandResult => ({
  exitCode: 1,
  oomKilled: false,
  seconds: 1,
  lastLines: [],
  ...result,
});

describe('imageUnderTest', () => {
  it('is app, or else the first', () => {
    const [web, app] = [anImage({ service: 'web' }), anImage({ service: 'app' })];
    expect(imageUnderTest([web, app])).toBe(app);
    expect(imageUnderTest([web])).toBe(web);
  });
});

describe('planContainer', () => {
  it('runs the command by the image’s shell, without a network, within bounds', () => {
    expect(planContainer('registry/test/shop@sha256:ab', command, names)).toEqual({
      name: `sluice-test-${names.step}-2`,
      image: 'registry/test/shop@sha256:ab',
      entrypoint: ['sh', '-c'],
      command: ['npm test'],
      env: {
        SLUICE_ENVIRONMENT: 'test',
        SLUICE_PROJECT: 'shop',
        SLUICE_COMMIT: names.run.commit,
        SLUICE_RUN: names.run.id,
      },
      labels: {
        'sluice.run': names.run.id,
        'sluice.step': names.step,
        'sluice.project': 'shop',
        'sluice.environment': 'test',
      },
      memoryBytes: 1024 ** 3,
      cpus: 1,
      pidsLimit: 512,
      network: 'none',
    });
  });
});

describe('statusOf', () => {
  it.each([
    [0, 'passed'],
    [1, 'failed'],
    [137, 'failed'],
    [undefined, 'timed_out'],
  ])('exit code %s is %s', (exitCode, status) => {
    expect(statusOf(ended({ exitCode }))).toBe(status);
  });
});

describe('explain', () => {
  it('names the exit code, the time limit or the memory', () => {
    expect(explain(command, ended({ exitCode: 3 }))).toBe('"npm test" ended with exit code 3.');
    expect(explain(command, ended({ exitCode: undefined }))).toBe('"npm test" took longer than 600 s and was stopped.');
    expect(explain(command, ended({ exitCode: 137, oomKilled: true }))).toContain('more than 1 GiB of memory');
  });

  it('names the tests that failed, ten of them', () => {
    const failed = Array.from({ length: 12 }, (_, index) => ({ name: `t${index}`, message: '' }));
    const text = explain(command, ended({ report: { tests: 20, failures: 12, skipped: 0, failed } }));
    expect(text).toMatch(/^"npm test" ended with exit code 1\. 12 of 20 tests failed: "t0", .*"t9", …\.$/);
  });

  it('tells an image without a shell from a command that is not found', () => {
    const refused = 'OCI runtime create failed: exec: "sh": executable file not found in $PATH: unknown';
    expect(explain(command, ended({ exitCode: 127, lastLines: [refused] }))).toContain('the image has no "sh"');
    expect(explain(command, ended({ exitCode: 127, lastLines: ['sh: npm: not found'] }))).toContain('exit code 127');
  });
});

describe('shortCommand', () => {
  it('keeps a line and shortens a script', () => {
    expect(shortCommand('npm test\n')).toBe('npm test');
    expect(shortCommand('set -e\nnpm test')).toBe('set -e …');
    expect(shortCommand('x'.repeat(200))).toBe(`${'x'.repeat(120)} …`);
  });
});
