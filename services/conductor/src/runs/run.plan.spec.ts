import type { Environment, Purpose } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { planRun } from './run.plan.js';

const environment = (name: string, purpose: Purpose, position: number): Environment => ({
  name,
  purpose,
  position,
  dockerHost: 'unix:///var/run/docker.sock',
  publish: 'ingress',
  approvals: 0,
});
const DEV = environment('dev', 'preview', 0);
const TEST = environment('test', 'test', 1);
const OPS = environment('ops', 'deploy', 2);

const told = (path: Environment[], wholePath = true): string[] =>
  planRun(path, wholePath).map((step) =>
    step.kind === 'stage'
      ? `${step.stage} ${step.from ? `${step.from}→` : ''}${step.environment}`
      : `${step.kind} ${step.environment}`,
  );

describe('planRun', () => {
  it('builds once and takes the image through each environment in turn', () => {
    expect(told([DEV, TEST, OPS])).toEqual([
      'build dev',
      'preview dev',
      'gate test',
      'promote dev→test',
      'test test',
      'verdict test',
      'gate ops',
      'promote test→ops',
      'deploy ops',
    ]);
  });

  it('ends after the first environment for other branches', () => {
    expect(told([DEV, TEST, OPS], false)).toEqual(['build dev', 'preview dev']);
  });

  it('takes a fourth environment as nothing but data', () => {
    const staging = environment('staging', 'deploy', 2);
    expect(told([DEV, TEST, staging, { ...OPS, position: 3 }]).slice(6)).toEqual([
      'gate staging',
      'promote test→staging',
      'deploy staging',
      'gate ops',
      'promote staging→ops',
      'deploy ops',
    ]);
  });

  it('plans nothing without environments', () => {
    expect(planRun([], true)).toEqual([]);
  });
});
