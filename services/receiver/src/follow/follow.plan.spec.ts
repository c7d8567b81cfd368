import { cloudEvent, type CloudEvent, type EventData, type EventName, type Service } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { follow, tell } from './follow.plan.js';

const run = {
  id: '0b7d4a4e-8f0e-4b5e-9a4e-3b0f3c1f7d11',
  project: 'shop',
  ref: 'refs/heads/main',
  commit: 'a'.repeat(40),
};
const step = '5f1f0d50-9d7f-4f53-8f4f-5f3f1d5e7a10';
const ADDRESS = 'http://sluice/runs/1';
const GATES = 'http://sluice/api/v1/gates';

const event = <N extends EventName>(type: N, data: object, atSecond = 0): CloudEvent => ({
  ...cloudEvent('conductor' as Service, type, { run, step, environment: 'dev', ...data } as unknown as EventData<N>),
  time: new Date(Date.UTC(2026, 0, 1) + atSecond * 1000).toISOString(),
});

const play = (...events: CloudEvent[]): { lines: string[]; ended: boolean } => {
  let followed = follow(ADDRESS, GATES);
  const lines: string[] = [];
  for (const heard of events) {
    const told = tell(followed, heard);
    lines.push(...told.lines);
    followed = told.followed;
    if (told.ended) return { lines, ended: true };
  }
  return { lines, ended: false };
};

describe('following a run', () => {
  it('tells each stage with how long it took, and the addresses at the end', () => {
    const { lines, ended } = play(
      event('run.running', { number: 1, status: 'running' }),
      event('build.started', { attempt: 1 }),
      event('build.succeeded', { images: [], config: {} }, 1.23),
      event('preview.started', { step: 'p', attempt: 2 }, 2),
      event('preview.succeeded', { step: 'p', address: 'http://10.0.0.1:30001', expiresAt: '' }, 2.5),
      event('promote.started', { step: 'm', environment: 'test', attempt: 1 }, 3),
      event('promote.succeeded', { step: 'm', environment: 'test', images: [] }, 3.05),
      event('test.succeeded', { step: 't', environment: 'test', passed: 3 }, 4),
      event('deploy.started', { step: 'd', environment: 'ops', attempt: 1 }, 5),
      event('deploy.succeeded', { step: 'd', environment: 'ops', release: 4, addresses: ['http://a', 'http://b'] }, 9),
      event('run.succeeded', { number: 1, status: 'succeeded' }, 9),
    );
    expect(ended).toBe(true);
    expect(lines).toEqual([
      'build in dev ...',
      'build in dev done, 1.2 s',
      'preview in dev ..., again after its worker was lost',
      'preview in dev done, 0.5 s, http://10.0.0.1:30001',
      'promote in test ...',
      'promote in test done, 0.1 s',
      'test in test done, 3 passed',
      'deploy in ops ...',
      'deploy in ops done, 4.0 s, release 4, http://a http://b',
      'success: the run has succeeded: http://a http://b',
    ]);
  });

  it('shows why a stage failed, with its last log lines, and ends', () => {
    const evidence = { exitCode: 1, where: 'task 3', lastLogLines: ['one', 'two'], rolledBackToRelease: 2 };
    const { lines, ended } = play(
      event('deploy.failed', {
        environment: 'ops',
        code: 'deploy.unhealthy',
        message: 'not healthy\nsee log',
        evidence,
      }),
      event('run.failed', { number: 1, status: 'failed', reason: 'not healthy' }),
    );
    expect(ended).toBe(true);
    expect(lines).toEqual([
      'error: deploy in ops failed',
      '  not healthy',
      '  see log',
      '  task 3, exit code 1',
      '  | one',
      '  | two',
      '  rolled back to release 2',
      'error: the run has failed: not healthy',
      `  ${ADDRESS}`,
    ]);
  });

  it('shows no more than the last lines', () => {
    const lastLogLines = Array.from({ length: 200 }, (_, index) => `line ${index}`);
    const { lines } = play(event('build.failed', { code: 'build.failed', message: 'no', evidence: { lastLogLines } }));
    expect(lines.filter((line) => line.includes('|'))).toHaveLength(20);
    expect(lines.at(-1)).toBe('  | line 199');
  });

  it('ends at a gate and tells who opens it', () => {
    const { lines, ended } = play(event('gate.opened', { environment: 'ops', note: '1 approval for ops' }));
    expect(ended).toBe(true);
    expect(lines).toEqual([
      'the run waits at the gate of ops for 1 approval for ops',
      `  a member of ops approves it at ${ADDRESS}`,
      `  or by POST ${GATES}/${step}/approve`,
    ]);
  });

  it.each(['run.waiting', 'run.canceled', 'run.superseded'] as const)('ends at %s with the reason', (type) => {
    const { lines, ended } = play(event(type, { number: 1, status: type.slice(4), reason: 'because' }));
    expect([ended, lines[0]]).toEqual([true, expect.stringContaining('because')]);
  });

  it('lets nothing through that a terminal would obey', () => {
    const evil = '\u001b]0;x\u0007\r\u202e';
    const { lines } = play(
      event('build.failed', { code: 'build.failed', message: evil, evidence: { where: evil, lastLogLines: [evil] } }),
      event('gate.approved', { by: evil, note: evil }),
      event('run.failed', { number: 1, status: 'failed', reason: evil }),
    );
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
