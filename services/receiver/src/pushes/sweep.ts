import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { Directory, type Project } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { ProjectLock } from '../git/project-lock.js';
import { RepositoriesClient } from '../git/repositories.client.js';
import { Announcer } from './announcer.js';
import { untold } from './moves.plan.js';
import { PushesRepository } from './pushes.repository.js';

const EVERY_MS = 60_000;
/** Who pushed when nobody knows any more: no user has such a name, so nobody is taken for the author. */
const UNKNOWN_PUSHER = '(unknown)';

/** Finds what was pushed to our own git remote and never announced, because we were killed or the database was away. */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: Directory,
    private readonly repositories: RepositoriesClient,
    private readonly pushes: PushesRepository,
    private readonly announcer: Announcer,
    private readonly lock: ProjectLock,
    private readonly db: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.sweep();
    this.timer = setInterval(() => this.sweep(), EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private sweep(): void {
    this.sweeping = this.sweeping.then(async () => {
      try {
        for (const project of await this.directory.projects()) {
          if (!project.cloneUrl && (await this.hasRepository(project))) await this.look(project);
        }
        await this.prune();
      } catch (error) {
        this.log.warn({ cause: (error as Error).message }, 'sweep of the repositories failed');
      }
    });
  }

  private hasRepository = (project: Project): Promise<boolean> =>
    access(this.repositories.directoryOf(project)).then(
      () => true,
      () => false,
    );

  private async look(project: Project): Promise<void> {
    const release = await this.lock.take(project.id);
    try {
      const { moves, gone } = untold(
        await this.repositories.heads(project),
        await this.pushes.heads(project.name),
        randomUUID,
      );
      for (const move of moves) {
        const pusher = await this.pushes.expectedPusher(project.name, move.ref, move.after);
        await this.announcer.announce(project, pusher ?? UNKNOWN_PUSHER, [move], true);
        this.log.info({ runId: move.run, project: project.name, ref: move.ref }, 'forgotten push announced');
      }
      await this.pushes.forgetHeads(this.db, project.name, gone);
    } finally {
      release();
    }
  }

  private async prune(): Promise<void> {
    await this.db.query(`delete from arrivals where arrived_at < now() - interval '7 days'`);
    await this.db.query(`delete from hook_deliveries where received_at < now() - interval '90 days'`);
  }
}
