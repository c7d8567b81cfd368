import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, LockTaken, withLock } from '@sluice/database';
import { Directory } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import { releaseLock } from './release.lock.js';
import { ReleaseRunner } from './release.runner.js';
import { ReleasesRepository, type StoredRelease } from './releases.repository.js';

const EVERY_MS = 5_000;

/**
 * Brings releases to an end that no step works on any more. One whose run was ended goes back, however far it had come;
 * one that brings an older release back goes on: nobody but this carries it out.
 */
@Injectable()
export class ReleaseSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private readonly stopped = new AbortController();
  private readonly busy = new Map<string, Promise<void>>();

  constructor(
    private readonly db: DataSource,
    private readonly directory: Directory,
    private readonly releases: ReleasesRepository,
    private readonly runner: ReleaseRunner,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopped.abort(new Error('the service stops'));
    await Promise.allSettled(this.busy.values());
  }

  wake(): void {
    if (!this.stopped.signal.aborted) void this.sweep();
  }

  private async sweep(): Promise<void> {
    const abandoned = await this.releases.abandoned().catch(() => []);
    for (const { id } of abandoned) {
      if (this.busy.has(id) || this.stopped.signal.aborted) continue;
      this.busy.set(
        id,
        this.finish(id).finally(() => this.busy.delete(id)),
      );
    }
  }

  private async finish(id: string): Promise<void> {
    const found = await this.releases.find(id);
    if (!found) return;
    const { project, environment } = found;
    const { signal } = this.stopped;
    try {
      const target = await this.directory.environment(environment);
      await withLock(this.db, { ...releaseLock(project, environment, signal), patienceMs: 0 }, async (lock) => {
        // Read again: whoever held the lock before may have finished it.
        const release = (await this.releases.abandoned()).find((row) => row.id === id);
        if (!release) return;
        const fields = { runId: release.run, project, environment, release: release.number };
        const tell = (line: string): void => this.log.info({ ...fields, line }, 'release goes on');
        const ended = await this.runner.carryOut(await this.course(release), { target, lock, signal, tell });
        this.log.info({ ...fields, status: ended.status }, 'abandoned release ended');
      });
    } catch (error) {
      if (error instanceof LockTaken || signal.aborted) return; // The next sweep looks again.
      this.log.warn({ release: id, cause: (error as Error).message }, 'abandoned release not ended yet');
    }
  }

  private async course(release: StoredRelease): Promise<StoredRelease> {
    if (release.status !== 'deploying' || release.restores !== null) return release;
    const reason = 'The run was ended while it was being deployed.';
    return this.runner.giveUp(release, { code: 'deploy.stopped', reason, evidence: {} });
  }
}
