import { Injectable } from '@nestjs/common';
import { DataSource, withLock } from '@sluice/database';
import { demand, type Principal } from '@sluice/directory';
import { notFound, Problem } from '@sluice/runtime';
import { randomUUID } from 'node:crypto';
import { releaseLock } from './release.lock.js';
import { ReleaseSweeper } from './release.sweeper.js';
import { ReleasesRepository, type Release, type ReleaseFilter, type StoredRelease } from './releases.repository.js';

/** What people ask of releases. */
@Injectable()
export class Releases {
  constructor(
    private readonly db: DataSource,
    private readonly releases: ReleasesRepository,
    private readonly sweeper: ReleaseSweeper,
  ) {}

  async list(filter: ReleaseFilter): Promise<{ items: Release[]; next?: string }> {
    const items = await this.releases.list(filter);
    const last = items.at(-1);
    return items.length < filter.limit || !last
      ? { items }
      : { items, next: `${last.createdAt.toISOString()},${last.id}` };
  }

  async get(id: string): Promise<StoredRelease> {
    const release = await this.releases.find(id);
    if (!release) throw notFound('release', id);
    return release;
  }

  /** Makes a new release of an old one's stack file. It is carried out in the background; its status tells how it goes. */
  async rollback(id: string, who: Principal): Promise<Release> {
    const old = await this.get(id);
    demand(who, 'act', old.environment);
    if (old.status !== 'succeeded') {
      throw new Problem(
        409,
        `Release ${old.number} never served, so there is nothing to go back to.`,
        'release.not_good',
      );
    }
    const { project, environment, run, commit, stackFile, images, deadlineSeconds } = old;
    const lock = { ...releaseLock(project, environment), patienceMs: 0 };
    const created = await withLock(this.db, lock, async () => {
      const number = await this.releases.nextNumber(project, environment);
      const step = randomUUID();
      const restores = old.number;
      return this.releases.create({
        project,
        environment,
        number,
        run,
        commit,
        step,
        restores,
        stackFile,
        images,
        deadlineSeconds,
      });
    }).catch((error: Error) => {
      if (error.name !== 'LockTaken') throw error;
      throw new Problem(
        409,
        `Another release of ${project} is under way in ${environment}. Try again when it has ended.`,
        'release.busy',
      );
    });
    this.sweeper.wake();
    const { stackFile: _, ...release } = created;
    return release;
  }
}
