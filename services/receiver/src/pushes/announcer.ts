import { Injectable } from '@nestjs/common';
import { Bus } from '@sluice/bus';
import type { Project } from '@sluice/directory';
import { ReceiverConfig } from '../receiver.config.js';
import { RepositoriesClient } from '../git/repositories.client.js';
import { sortMoves, type Move } from './moves.plan.js';
import { pushReceived, type Arrival } from './push.js';
import { PushesRepository } from './pushes.repository.js';

/** What became of a branch that moved: its run, or none when a newer push had overtaken it. */
export interface Announced {
  readonly ref: string;
  readonly run?: string;
  /** This call made the run; otherwise it was there. */
  readonly fresh: boolean;
}

/** Announces what was pushed to our own git remote. The caller holds the project's lock. */
@Injectable()
export class Announcer {
  constructor(
    private readonly bus: Bus,
    private readonly pushes: PushesRepository,
    private readonly repositories: RepositoriesClient,
    private readonly config: ReceiverConfig,
  ) {}

  cloneUrlOf = (project: string): string => `${this.config.RECEIVER_URL}/git/${project}.git`;

  /**
   * Looks where the branches really are, then records and announces them in one transaction. Moves that are not `certain`
   * count only when the branch is where they wanted it.
   */
  async announce(project: Project, pusher: string, moves: readonly Move[], certain: boolean): Promise<Announced[]> {
    if (moves.length === 0) return [];
    const heads = await this.repositories.heads(
      project,
      moves.map(({ ref }) => ref),
    );
    const { newest, deleted, ...others } = sortMoves(moves, heads);
    const overtaken = certain ? others.overtaken : [];
    const arrival = ({ run, ref, before, after, subject }: Move & { subject: string }): Arrival => ({
      run,
      project: project.name,
      ref,
      before,
      commit: after,
      pusher,
      subject,
      source: 'git',
    });

    const arrivals = newest.map(arrival);
    const fresh = await this.bus.transaction(async (tx, emit) => {
      const told = await this.pushes.announce(tx, arrivals);
      await this.pushes.recordOvertaken(tx, overtaken.map(arrival));
      await this.pushes.forgetHeads(tx, project.name, deleted);
      await this.pushes.expectNoMore(
        tx,
        project.name,
        moves.map(({ ref, after }) => ({ ref, commit: after })),
      );
      for (const row of arrivals) {
        if (told.has(row.run)) emit('push.received', pushReceived(row, this.cloneUrlOf(project.name)));
      }
      return told;
    });
    return Promise.all(
      [...newest, ...overtaken].map(async ({ run, ref, after }) =>
        fresh.has(run)
          ? { ref, run, fresh: true }
          : { ref, run: await this.pushes.runOf(project.name, ref, after), fresh: false },
      ),
    );
  }
}
