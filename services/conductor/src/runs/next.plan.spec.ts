import type { SluiceConfig } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { nextOf, type Situation } from './next.plan.js';
import type { StepRow } from './run.rows.js';

const step = (position: number, over: Partial<StepRow>): StepRow => ({
  id: `step-${position}`,
  run: 'run',
  position,
  try: 1,
  kind: 'stage',
  stage: 'build',
  environment: 'dev',
  from: null,
  status: 'pending',
  requestedAt: null,
  startedAt: null,
  finishedAt: null,
  result: null,
  failure: null,
  ...over,
});
const asking = { test: [{ kind: 'ask', ask: 'Does it look right?' }] } as unknown as SluiceConfig;
const situation = (over: Partial<Situation> = {}): Situation => ({
  approvalsFor: () => 0,
  isBusy: () => false,
  config: undefined,
  ...over,
});

describe('nextOf', () => {
  it('requests the first pending stage', () => {
    const steps = [step(1, { status: 'succeeded' }), step(2, { stage: 'preview' })];
    expect(nextOf(steps, situation())).toMatchObject({ do: 'request', step: { id: 'step-2' } });
  });

  it.each(['requested', 'running', 'waiting', 'failed', 'canceled'] as const)('stands while a step is %s', (status) => {
    expect(nextOf([step(1, { status }), step(2, {})], situation())).toMatchObject({
      do: 'stand',
      step: { id: 'step-1' },
    });
  });

  it('passes a gate that needs nobody, and waits at one that does', () => {
    const gate = step(1, { kind: 'gate', stage: null, environment: 'ops' });
    expect(nextOf([gate], situation())).toMatchObject({ do: 'pass' });
    expect(nextOf([gate], situation({ approvalsFor: () => 2 }))).toMatchObject({
      do: 'wait',
      for: '2 approvals for ops',
    });
  });

  it('waits for a verdict only when the project asks something', () => {
    const verdict = step(1, { kind: 'verdict', stage: null, environment: 'test' });
    expect(nextOf([verdict], situation())).toMatchObject({ do: 'pass' });
    expect(nextOf([verdict], situation({ config: asking }))).toMatchObject({
      do: 'wait',
      for: "a tester's verdict: Does it look right?",
    });
  });

  it('holds a deploy while another run deploys there', () => {
    const deploy = step(1, { stage: 'deploy', environment: 'ops' });
    expect(nextOf([deploy], situation({ isBusy: (name) => name === 'ops' }))).toMatchObject({ do: 'stand' });
    expect(nextOf([deploy], situation())).toMatchObject({ do: 'request' });
  });

  it('succeeds when every step has', () => {
    expect(nextOf([step(1, { status: 'succeeded' })], situation())).toEqual({ do: 'succeed' });
  });
});
