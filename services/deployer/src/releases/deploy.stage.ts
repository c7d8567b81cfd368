import type { DeploySucceeded } from '@sluice/contracts';
import { DataSource, withLock } from '@sluice/database';
import { Directory } from '@sluice/directory';
import { HandlesStage, StageFailure, type StageHandler, type StageJob } from '@sluice/stage';
import { releaseLock } from './release.lock.js';
import { ReleasePlanner } from './release.planner.js';
import { ReleaseRunner } from './release.runner.js';
import { ReleaseSweeper } from './release.sweeper.js';
import { ReleasesRepository, type Release } from './releases.repository.js';

/**
 * Releases the images of a run to the swarm of an environment. When it is stopped half-way it lets go at once and leaves
 * the release unfinished: the next attempt at the step goes on with it, and for a run that was ended the sweeper takes
 * the whole stack back. So there is one way back, whether a worker was stopped, killed, or told to.
 */
@HandlesStage('deploy')
export class DeployStage implements StageHandler<'deploy'> {
  constructor(
    private readonly db: DataSource,
    private readonly directory: Directory,
    private readonly releases: ReleasesRepository,
    private readonly planner: ReleasePlanner,
    private readonly runner: ReleaseRunner,
    private readonly sweeper: ReleaseSweeper,
  ) {}

  async run(job: StageJob<'deploy'>): Promise<Pick<DeploySucceeded, 'release' | 'addresses'>> {
    const { run, step, environment, signal, output, log } = job;
    const target = await this.directory.environment(environment);
    try {
      return await withLock(this.db, releaseLock(run.project, environment, signal), async (lock) => {
        const release = (await this.releases.ofStep(step)) ?? (await this.planner.plan(job, target));
        const tell = (line: string): void => output.line(line, 'sluice');
        const ended = await this.runner.carryOut(release, { target, lock, signal, tell });
        log.info({ release: ended.number, status: ended.status }, 'release ended');
        return resultOf(ended);
      });
    } finally {
      if (signal.aborted) this.sweeper.wake();
    }
  }
}

function resultOf({
  status,
  number,
  code,
  reason,
  evidence,
  addresses,
}: Release): Pick<DeploySucceeded, 'release' | 'addresses'> {
  if (status === 'succeeded') return { release: number, addresses: [...(addresses ?? [])] };
  const text = `Release ${number} ${status === 'needs_attention' ? 'needs attention' : 'failed'}. ${reason ?? ''}`;
  throw new StageFailure((code ?? 'deploy.failed') as `deploy.${string}`, text.trim(), evidence ?? undefined);
}
