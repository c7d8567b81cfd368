import { Inject, Injectable } from '@nestjs/common';
import { branchOf, shortCommit } from '@sluice/contracts';
import type { Principal, Project } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Follower, runAddress } from '../follow/follower.js';
import { Followers } from '../follow/followers.js';
import { Announcer, type Announced } from '../pushes/announcer.js';
import type { Move } from '../pushes/moves.plan.js';
import { ReceiverConfig } from '../receiver.config.js';
import { printable } from '../text.plan.js';
import { isBranch, isZero, type Push } from './commands.plan.js';
import { KEEP_ALIVE, progress } from './side-band.js';

const KEEP_ALIVE_MS = 5000;
/** A pusher who reads so little of what we say is not looking. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const NO_FOLLOW = 'no-follow';

/** What comes after git has moved the refs: the announcement, and the run told back to the pusher's terminal. */
@Injectable()
export class PushEnd {
  constructor(
    private readonly announcer: Announcer,
    private readonly followers: Followers,
    private readonly config: ReceiverConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** `report` names the refs that git says it moved; without it, where the branches are tells. */
  async announce(
    project: Project,
    { name }: Principal,
    push: Push,
    report: ReadonlySet<string> | undefined,
    response: ServerResponse,
    unlock: () => Promise<void>,
  ): Promise<void> {
    const talks = push.capabilities.has('side-band-64k');
    const say = (lines: readonly string[]): void => {
      if (talks && lines.length > 0 && response.writable) response.write(progress(lines));
    };
    const moves: Move[] = push.commands
      .filter(({ ref }) => isBranch(ref) && (report?.has(ref) ?? true))
      .map((command) => ({ run: randomUUID(), ...command }));
    const follower = new Follower(this.followers, this.config.PUBLIC_URL);
    const keepAlive = setInterval(() => talks && response.writable && response.write(KEEP_ALIVE), KEEP_ALIVE_MS);
    response.once('close', () => follower.stop());
    try {
      // Before the announcement, so that nothing of the runs is missed.
      for (const { run, ref, after } of moves) {
        if (!isZero(after)) follower.add(run, printable(branchOf(ref)));
      }
      const announced = await this.announcer.announce(project, name, moves, report !== undefined);
      for (const { run } of moves) if (!announced.some((row) => row.fresh && row.run === run)) follower.drop(run);
      await unlock();

      say(this.linesFor(announced, moves, push));
      const runs = announced.filter(({ fresh }) => fresh).length;
      const follows = talks && runs > 0 && !push.options.includes(NO_FOLLOW) && response.writable;
      if (!follows) return;
      await follower.start((lines) => (response.writableLength > MOST_UNREAD_BYTES ? follower.stop() : say(lines)));
    } catch (error) {
      // The refs have moved; the sweep announces what we could not.
      this.log.error({ err: error, project: project.name }, 'push not announced');
      say(['The push is kept, but its run could not be started now. It starts by itself within a minute or two.']);
    } finally {
      clearInterval(keepAlive);
      follower.stop();
    }
  }

  private linesFor(announced: readonly Announced[], moves: readonly Move[], { options }: Push): string[] {
    const commitOf = new Map(moves.map(({ ref, after }) => [ref, shortCommit(after)]));
    const unknown = options.filter((option) => option !== NO_FOLLOW);
    return [
      ...unknown.map((option) => `There is no push option "${printable(option)}"; "${NO_FOLLOW}" is one.`),
      ...announced.map(({ ref, run, fresh }) => {
        const what = `${printable(branchOf(ref))} ${commitOf.get(ref)}`;
        if (!run) return `${what}: a newer push was quicker, only that one runs`;
        return `${what}: ${fresh ? '' : 'it has a run already: '}${runAddress(this.config.PUBLIC_URL, run)}`;
      }),
    ];
  }
}
