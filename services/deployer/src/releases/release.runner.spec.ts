import type { Environment } from '@sluice/contracts';
import { anImage, fake } from '@sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import type { ReleaseFailure } from './failure.plan.js';
import { ReleaseRunner } from './release.runner.js';
import { ReleasesRepository, type StoredRelease } from './releases.repository.js';
import { RolloutClient } from './rollout.client.js';

const aRelease = (more: Partial<StoredRelease> = {}): StoredRelease => ({
  id: 'r3',
  project: 'shop',
  environment: 'ops',
  number: 3,
  run: 'run',
  commit: 'c',
  step: 'step',
  restores: null,
  images: [anImage()],
  deadlineSeconds: 60,
  status: 'deploying',
  code: null,
  reason: null,
  evidence: null,
  addresses: null,
  createdAt: new Date(),
  finishedAt: null,
  stackFile: 'file 3',
  ...more,
});
const good = aRelease({ id: 'r2', number: 2, status: 'succeeded', stackFile: 'file 2' });
const target = fake<Environment>({ name: 'ops' });
const unhealthy: ReleaseFailure = { code: 'deploy.unhealthy', reason: 'app is unwell', evidence: { exitCode: 137 } };

interface World {
  /** What comes of applying each stack file. */
  readonly outcomes?: Record<string, ReleaseFailure | Error>;
  readonly previous?: StoredRelease;
  readonly isNewest?: boolean;
  readonly gone?: boolean;
  readonly held?: boolean;
}

function aWorld({ outcomes = {}, previous, isNewest = true, gone = true, held = true }: World) {
  const applied: string[] = [];
  const rows: string[] = [];
  const releases = fake<ReleasesRepository>({
    isNewest: async () => isNewest,
    lastGoodBefore: async () => previous,
    setStatus: async (release, status, finished, told) => {
      rows.push(`${status}${finished ? '' : ', unfinished'}`);
      const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
      return {
        ...release,
        stackFile: 'file 3',
        ...known,
        status,
        finishedAt: finished ? new Date() : null,
      } as StoredRelease;
    },
  });
  const remove = vi.fn(async () => gone);
  const rollouts = fake<RolloutClient>({
    apply: async ({ stackFile }) => {
      applied.push(stackFile);
      const outcome = outcomes[stackFile];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    addresses: async () => ['http://10.0.0.1:30000'],
    remove,
  });
  const assertHeld = async (): Promise<void> => {
    if (!held) throw new Error('connection lost');
  };
  const conduct = { target, lock: { assertHeld }, tell: () => undefined };
  const runner = new ReleaseRunner(releases, rollouts);
  return { applied, rows, remove, carryOut: (release: StoredRelease) => runner.carryOut(release, conduct) };
}

describe('ReleaseRunner', () => {
  it('deploys, and tells where it serves', async () => {
    const world = aWorld({});
    await expect(world.carryOut(aRelease())).resolves.toMatchObject({
      status: 'succeeded',
      addresses: ['http://10.0.0.1:30000'],
    });
    expect(world.applied).toEqual(['file 3']);
  });

  it('takes the whole stack back to the last good release, and keeps the proof', async () => {
    const world = aWorld({ outcomes: { 'file 3': unhealthy }, previous: good });
    await expect(world.carryOut(aRelease())).resolves.toMatchObject({
      status: 'rolled_back',
      code: 'deploy.unhealthy',
      reason: 'app is unwell. The stack went back to release 2.',
      evidence: { exitCode: 137, rolledBackToRelease: 2 },
    });
    expect(world.applied).toEqual(['file 3', 'file 2']);
    expect(world.rows).toEqual(['failed, unfinished', 'rolled_back']);
  });

  it('removes the stack when there is nothing to go back to', async () => {
    const world = aWorld({ outcomes: { 'file 3': unhealthy } });
    const release = await world.carryOut(aRelease());
    expect(release).toMatchObject({ status: 'rolled_back', reason: expect.stringContaining('no earlier release') });
    expect(release.evidence).toEqual({ exitCode: 137 });
    expect(world.remove).toHaveBeenCalledOnce();
  });

  it('tells it as it is when the way back fails too', async () => {
    const world = aWorld({ outcomes: { 'file 3': unhealthy, 'file 2': unhealthy }, previous: good });
    const release = await world.carryOut(aRelease());
    expect(release).toMatchObject({ status: 'needs_attention', reason: expect.stringContaining('failed too') });
    expect(release.evidence).not.toHaveProperty('rolledBackToRelease');
  });

  it('tells it as it is when the stack cannot be removed', async () => {
    const world = aWorld({ outcomes: { 'file 3': unhealthy }, gone: false });
    await expect(world.carryOut(aRelease())).resolves.toMatchObject({ status: 'needs_attention' });
  });

  it('goes on with the way back where a killed worker left it', async () => {
    const world = aWorld({ previous: good });
    const left = aRelease({
      status: 'failed',
      code: 'deploy.unhealthy',
      reason: 'app is unwell',
      evidence: { exitCode: 137 },
    });
    await expect(world.carryOut(left)).resolves.toMatchObject({
      status: 'rolled_back',
      evidence: { exitCode: 137, rolledBackToRelease: 2 },
    });
    expect(world.applied).toEqual(['file 2']);
  });

  it.each(['succeeded', 'rolled_back', 'needs_attention', 'failed'] as const)(
    'leaves alone what has ended as %s',
    async (status) => {
      const world = aWorld({});
      const ended = aRelease({ status, finishedAt: new Date() });
      await expect(world.carryOut(ended)).resolves.toBe(ended);
      expect(world.applied).toEqual([]);
    },
  );

  it('leaves the stack to a newer release', async () => {
    const world = aWorld({ isNewest: false });
    await expect(world.carryOut(aRelease())).resolves.toMatchObject({ status: 'failed', code: 'deploy.replaced' });
    expect(world.applied).toEqual([]);
  });

  it('decides nothing while the engine is unwell', async () => {
    const world = aWorld({ outcomes: { 'file 3': new Error('no answer') }, previous: good });
    await expect(world.carryOut(aRelease())).rejects.toThrow('no answer');
    expect(world.rows).toEqual([]);
  });

  it('does not go back once somebody else may hold the lock', async () => {
    const world = aWorld({ outcomes: { 'file 3': unhealthy }, previous: good, held: false });
    await expect(world.carryOut(aRelease())).rejects.toThrow('connection lost');
    expect(world.applied).toEqual(['file 3']);
  });
});
