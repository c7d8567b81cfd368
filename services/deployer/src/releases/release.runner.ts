import { Injectable } from '@nestjs/common';
import type { Environment, Evidence } from '@sluice/contracts';
import type { HeldLock } from '@sluice/database';
import type { ReleaseFailure } from './failure.plan.js';
import { ReleasesRepository, type StoredRelease } from './releases.repository.js';
import { RolloutClient } from './rollout.client.js';
import { stackName } from './stack-names.plan.js';

export interface Conduct {
  readonly target: Environment;
  readonly lock: HeldLock;
  readonly signal?: AbortSignal;
  /** For people: how it goes. */
  readonly tell: (line: string) => void;
}

/** However late a lost release is taken up again, and for the way back, which has to work. In seconds. */
const LEAST_PATIENCE = { forward: 10, back: 60 };

/**
 * Carries a release to its end from wherever its row says it stands: forward until it serves, or back as a whole. Every
 * step of the way may be repeated, because a stack file says all of what shall be, not what to change.
 */
@Injectable()
export class ReleaseRunner {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly rollouts: RolloutClient,
  ) {}

  async carryOut(release: StoredRelease, conduct: Conduct): Promise<StoredRelease> {
    if (release.finishedAt) return release;
    // While it lay unfinished somebody released anew: the stack is theirs now.
    if (!(await this.releases.isNewest(release))) {
      const reason = 'A newer release took its place before it was finished.';
      return this.releases.setStatus(release, 'failed', true, { code: 'deploy.replaced', reason });
    }
    const stands = release.status === 'deploying' ? await this.goForward(release, conduct) : release;
    return stands.finishedAt ? stands : this.goBack(stands, conduct);
  }

  /** Decides that a release shall not go on; the way back is for `carryOut`. */
  giveUp(release: StoredRelease, { code, reason, evidence }: ReleaseFailure): Promise<StoredRelease> {
    return this.releases.setStatus(release, 'failed', false, { code, reason, evidence });
  }

  private async goForward(release: StoredRelease, { target, signal, tell }: Conduct): Promise<StoredRelease> {
    const stack = stackName(release.project);
    const { stackFile, deadlineSeconds } = release;
    tell(`release ${release.number}: deploying the stack ${stack}`);
    const agreed = release.createdAt.getTime() + deadlineSeconds * 1000;
    const deadline = new Date(Math.max(agreed, Date.now() + LEAST_PATIENCE.forward * 1000));
    const failure = await this.rollouts.apply({ stack, stackFile, target, deadline, signal, tell });
    if (failure) {
      tell(`release ${release.number}: ${failure.reason}`);
      return this.giveUp(release, failure);
    }
    const addresses = await this.rollouts.addresses(stack, stackFile, target);
    tell(`release ${release.number} serves${addresses.length > 0 ? ` at ${addresses.join(' and ')}` : ''}`);
    return this.releases.setStatus(release, 'succeeded', true, { addresses });
  }

  /** The whole stack as the last good release had it. What comes of that is told as it is. */
  private async goBack(release: StoredRelease, conduct: Conduct): Promise<StoredRelease> {
    const { target, lock, signal, tell } = conduct;
    const stack = stackName(release.project);
    const previous = await this.releases.lastGoodBefore(release);
    // A lock that broke under way may be somebody else's: then this attempt ends here, and another takes it up.
    await lock.assertHeld();

    if (!previous) {
      tell('there is no earlier release: removing the stack');
      const gone = await this.rollouts.remove(stack, target);
      return this.closed(
        release,
        gone,
        gone ? 'There was no earlier release, so the stack was removed.' : 'The stack could not be removed.',
      );
    }

    tell(`going back to release ${previous.number}`);
    const patience = Math.max(previous.deadlineSeconds, LEAST_PATIENCE.back);
    const { stackFile } = previous;
    const deadline = new Date(Date.now() + patience * 1000);
    const failure = await this.rollouts.apply({ stack, stackFile, target, deadline, signal, tell });
    if (!failure)
      return this.closed(release, true, `The stack went back to release ${previous.number}.`, previous.number);
    return this.closed(
      release,
      false,
      `The way back to release ${previous.number} failed too: ${failure.reason}. Somebody has to look.`,
    );
  }

  private closed(
    release: StoredRelease,
    well: boolean,
    text: string,
    rolledBackToRelease?: number,
  ): Promise<StoredRelease> {
    const evidence: Evidence = { ...release.evidence, ...(rolledBackToRelease ? { rolledBackToRelease } : {}) };
    const reason = `${release.reason ?? ''}${/[.!?]$/.test(release.reason ?? '') ? '' : '.'} ${text}`.trim();
    return this.releases.setStatus(release, well ? 'rolled_back' : 'needs_attention', true, { reason, evidence });
  }
}
