import { Injectable } from '@nestjs/common';
import { Bus } from '@sluice/bus';
import type { Project } from '@sluice/directory';
import { randomUUID } from 'node:crypto';
import { pushReceived, type Arrival } from '../pushes/push.js';
import { PushesRepository } from '../pushes/pushes.repository.js';
import { DeliveriesRepository, type Acceptance, type Delivery } from './deliveries.repository.js';
import { ForgeClient } from './forge.client.js';
import type { Hook } from './hook.js';
import { judge } from './judge.plan.js';

/** What becomes of a hook: a new run, or none and why. A duplicate names the run that there is. */
export interface Outcome {
  readonly verdict: 'accepted' | 'duplicate' | 'ignored';
  readonly run?: string;
  readonly reason?: string;
}

/** Undoes the transaction under way; nothing was wrong. */
class NotSo extends Error {
  constructor(readonly acceptance: Acceptance) {
    super('not accepted');
  }
}

/** Turns hooks that are genuine into announced pushes: none lost, none twice. */
@Injectable()
export class Intake {
  constructor(
    private readonly bus: Bus,
    private readonly deliveries: DeliveriesRepository,
    private readonly pushes: PushesRepository,
    private readonly forge: ForgeClient,
  ) {}

  async take(project: Project & { cloneUrl: string }, hook: Hook, delivery: Delivery): Promise<Outcome> {
    if (hook.kind === 'push') return this.takePush(project, hook, delivery);
    if (hook.kind === 'deleted') {
      await this.deliveries.branchDeleted(delivery, hook.ref, '0'.repeat(hook.before.length || 40));
      return { verdict: 'ignored', reason: 'a deleted branch starts no run' };
    }
    await this.deliveries.note(delivery, 'ignored', hook.reason);
    return { verdict: 'ignored', reason: hook.reason };
  }

  /** The usual push continues from the commit we know and costs one statement; whatever else is looked at closely. */
  private async takePush(
    project: Project & { cloneUrl: string },
    { ref, before, commit, pusher, subject }: Extract<Hook, { kind: 'push' }>,
    delivery: Delivery,
  ): Promise<Outcome> {
    const { source } = delivery;
    const arrival = { run: randomUUID(), project: project.name, ref, before, commit, pusher, subject, source };
    const first = await this.attempt(project.cloneUrl, arrival, delivery, false);
    if (first === true) return { verdict: 'accepted', run: arrival.run };

    if (!first.claimed) {
      const known = await this.deliveries.find(delivery);
      return { verdict: 'duplicate', run: known?.run ?? undefined, reason: 'this delivery was received before' };
    }
    const head = await this.deliveries.head(project.name, ref);
    const atForge = head === commit ? undefined : await this.forge.head(project.cloneUrl, ref);
    const judgement = judge({ commit, head, atForge, replayed: first.replayed });
    if (judgement === 'accept') {
      if ((await this.attempt(project.cloneUrl, arrival, delivery, true)) === true) {
        return { verdict: 'accepted', run: arrival.run };
      }
      return { verdict: 'duplicate', reason: 'the same push was accepted at this moment' };
    }
    const run = judgement.verdict === 'duplicate' ? await this.pushes.runOf(project.name, ref, commit) : undefined;
    await this.deliveries.note(delivery, judgement.verdict, judgement.reason, run);
    return { ...judgement, run };
  }

  /** `true` when the push is committed with its event; otherwise nothing was changed, and the answer tells why. */
  private async attempt(
    cloneUrl: string,
    arrival: Arrival,
    delivery: Delivery,
    anyBefore: boolean,
  ): Promise<true | Acceptance> {
    try {
      return await this.bus.transaction(async (tx, emit) => {
        const acceptance = await this.deliveries.accept(tx, delivery, arrival, anyBefore);
        const { claimed, moved, replayed } = acceptance;
        if (!claimed || !moved || (replayed && !anyBefore)) throw new NotSo(acceptance);
        emit('push.received', pushReceived(arrival, cloneUrl));
        return true as const;
      });
    } catch (error) {
      if (error instanceof NotSo) return error.acceptance;
      throw error;
    }
  }
}
