import type { Environment } from '@sluice/contracts';
import type { DataSource } from '@sluice/database';
import type { Directory } from '@sluice/directory';
import { StageFailure } from '@sluice/stage';
import { aJob, fake } from '@sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import { DeployStage } from './deploy.stage.js';
import { ReleasePlanner } from './release.planner.js';
import { ReleaseRunner } from './release.runner.js';
import { ReleaseSweeper } from './release.sweeper.js';
import { ReleasesRepository, type StoredRelease } from './releases.repository.js';

const row = (more: Partial<StoredRelease>): StoredRelease =>
  fake<StoredRelease>({
    number: 3,
    status: 'succeeded',
    code: null,
    reason: null,
    evidence: null,
    addresses: null,
    ...more,
  });

function aStage(parts: { known?: StoredRelease; plan?: ReleasePlanner['plan']; carryOut?: ReleaseRunner['carryOut'] }) {
  const wake = vi.fn();
  const db = fake<DataSource>({
    createQueryRunner: () => ({ query: async () => [{ taken: true }], release: async () => undefined }) as never,
  });
  const stage = new DeployStage(
    db,
    fake<Directory>({ environment: async () => fake<Environment>({ name: 'ops' }) }),
    fake<ReleasesRepository>({ ofStep: async () => parts.known }),
    fake<ReleasePlanner>(parts.plan ? { plan: parts.plan } : {}),
    fake<ReleaseRunner>({ carryOut: parts.carryOut ?? (async (release) => release) }),
    fake<ReleaseSweeper>({ wake }),
  );
  return { stage, wake };
}

describe('DeployStage', () => {
  it('answers with the number and the addresses of what serves', async () => {
    const { stage } = aStage({ plan: async () => row({ addresses: ['http://10.0.0.1:30000'] }) });
    await expect(stage.run(aJob('deploy'))).resolves.toEqual({ release: 3, addresses: ['http://10.0.0.1:30000'] });
  });

  it('goes on with the release that an earlier attempt at the step began', async () => {
    const { stage } = aStage({ known: row({ number: 7 }) }); // Planning another would fail the test by name.
    await expect(stage.run(aJob('deploy', { attempt: 2 }))).resolves.toMatchObject({ release: 7 });
  });

  it('fails the run with what was seen, and where the stack went', async () => {
    const evidence = { exitCode: 137, lastLogLines: ['no prices'], rolledBackToRelease: 2 };
    const failed = row({ status: 'rolled_back', code: 'deploy.unhealthy', reason: 'app is unwell.', evidence });
    await expect(aStage({ known: failed }).stage.run(aJob('deploy'))).rejects.toMatchObject({
      name: 'StageFailure',
      code: 'deploy.unhealthy',
      message: 'Release 3 failed. app is unwell.',
      evidence,
    });
  });

  it('never calls success what needs attention', async () => {
    const left = row({ status: 'needs_attention', code: 'deploy.crashed', reason: 'the way back failed too.' });
    await expect(aStage({ known: left }).stage.run(aJob('deploy'))).rejects.toThrow('Release 3 needs attention.');
  });

  it('passes a refused preflight on', async () => {
    const { stage } = aStage({
      plan: async () => {
        throw new StageFailure('deploy.preflight_failed', 'no');
      },
    });
    await expect(stage.run(aJob('deploy'))).rejects.toMatchObject({ code: 'deploy.preflight_failed' });
  });

  it('lets go when it is stopped, and has the sweeper look at what is left', async () => {
    const stop = new AbortController();
    const { stage, wake } = aStage({
      known: row({}),
      carryOut: async (_, { signal }) => {
        stop.abort(new Error('canceled'));
        signal?.throwIfAborted();
        throw new Error('went on');
      },
    });
    await expect(stage.run(aJob('deploy', { signal: stop.signal }))).rejects.toThrow('canceled');
    expect(wake).toHaveBeenCalledOnce();
  });
});
