import { Injectable } from '@nestjs/common';
import { Directory, demand, type Principal } from '@sluice/directory';
import { notFound, Problem } from '@sluice/runtime';
import { DataSource } from '@sluice/database';
import { Conductor } from '../runs/conductor.js';
import { RunActions } from '../runs/run-actions.js';
import { refOf } from '../runs/run.rows.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { GatesRepository, type Gate } from './gates.repository.js';
import { standsAfter } from './gate.plan.js';

export type { Gate };

/** Approvals and verdicts: who may give them, and what follows. */
@Injectable()
export class Gates {
  constructor(
    private readonly gates: GatesRepository,
    private readonly runs: RunsRepository,
    private readonly actions: RunActions,
    private readonly conductor: Conductor,
    private readonly directory: Directory,
    private readonly db: DataSource,
  ) {}

  waiting(run?: string): Promise<Gate[]> {
    return this.gates.waiting(run);
  }

  async decide(id: string, who: Principal, approved: boolean, note?: string): Promise<Gate> {
    const gate = await this.gates.get(this.db, id);
    if (!gate) throw notFound('gate', id);
    demand(who, 'act', gate.environment);
    // A verdict is a finding, which an author may report; an approval is a second pair of eyes.
    if (gate.kind === 'gate' && approved && who.name === gate.pusher) {
      throw new Problem(
        403,
        'Nobody approves their own commit. Ask another member of this environment.',
        'gate.own_commit',
      );
    }
    const needed =
      gate.kind === 'verdict' ? 1 : Math.max(1, (await this.directory.environment(gate.environment)).approvals);

    await this.actions.change(gate.run, 'decide', async (run, steps, tx, emit) => {
      const step = steps.find((candidate) => candidate.id === id);
      if (step?.status !== 'waiting') throw new Problem(409, 'This gate is not waiting any more.', 'gate.closed');
      const first = await this.gates.addDecision(tx, id, who, approved, note);
      if (!first) throw new Problem(409, 'You have decided on this already.', 'gate.decided');

      const stand = standsAfter(await this.gates.decisions(tx, id), needed);
      if (stand === 'waiting') return;
      emit(`gate.${stand}`, { run: refOf(run), step: id, environment: gate.environment, by: who.name, note });
      if (stand === 'approved') {
        await this.runs.moveStep(tx, id, ['waiting'], 'succeeded', { result: { by: who.name, note } });
        await this.conductor.setStatus(run, 'running', tx, emit);
        return this.conductor.advance({ ...run, status: 'running' }, tx, emit);
      }
      const what = gate.kind === 'verdict' ? 'found wanting' : 'rejected';
      const message = `${gate.environment}: ${what} by ${who.name}${note ? `: ${note}` : ''}`;
      await this.runs.moveStep(tx, id, ['waiting'], 'failed', { failure: { code: `${gate.kind}.rejected`, message } });
      await this.conductor.end(run, 'failed', message, tx, emit);
    });
    return (await this.gates.get(this.db, id))!;
  }
}
