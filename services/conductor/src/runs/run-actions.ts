import { Injectable } from '@nestjs/common';
import { Bus, type Emit } from '@sluice/bus';
import { runCan, type RunAction } from '@sluice/contracts';
import type { EntityManager } from '@sluice/database';
import { demand, type Principal } from '@sluice/directory';
import { notFound, Problem } from '@sluice/runtime';
import { Conductor } from './conductor.js';
import type { RunRow, StepRow } from './run.rows.js';
import { RunsRepository, type RunFilter } from './runs.repository.js';

export type RunDetail = RunRow & { readonly steps: StepRow[] };

/** What people ask of runs. */
@Injectable()
export class RunActions {
  constructor(
    private readonly bus: Bus,
    private readonly runs: RunsRepository,
    private readonly conductor: Conductor,
  ) {}

  async list(filter: RunFilter): Promise<{ items: RunRow[]; next?: string }> {
    const items = await this.runs.list(filter);
    const last = items.length === filter.limit ? items.at(-1) : undefined;
    return { items, next: last && `${last.createdAt.toISOString()},${last.id}` };
  }

  async get(id: string): Promise<RunDetail> {
    const run = await this.runs.find(id);
    if (!run) throw notFound('run', id);
    return { ...run, steps: await this.runs.stepsOf(id) };
  }

  async cancel(id: string, who: Principal): Promise<RunDetail> {
    await this.change(id, 'cancel', async (run, steps, tx, emit) => {
      demand(who, 'act', currentOf(steps).environment);
      if (steps.some(({ stage, status }) => stage === 'deploy' && ['requested', 'running'].includes(status))) {
        throw new Problem(409, 'A deploy under way is not cut off. Wait for its end, then roll back.', 'run.deploying');
      }
      await this.conductor.end(run, 'canceled', `Canceled by ${who.name}.`, tx, emit);
    });
    return this.get(id);
  }

  /** Goes on with the step that failed; what succeeded before it stands. */
  async retry(id: string, who: Principal): Promise<RunDetail> {
    await this.change(id, 'retry', async (run, steps, tx, emit) => {
      const step = currentOf(steps);
      demand(who, 'act', step.environment);
      if (step.status !== 'pending') await this.runs.addTry(tx, step);
      await this.conductor.setStatus(run, 'running', tx, emit);
      await this.conductor.advance({ ...run, status: 'running' }, tx, emit);
    });
    return this.get(id);
  }

  /** One change at a time to a project's runs, if the run's status permits it. */
  async change(
    id: string,
    action: RunAction,
    make: (run: RunRow, steps: StepRow[], tx: EntityManager, emit: Emit) => Promise<void>,
  ): Promise<void> {
    const found = await this.runs.find(id);
    if (!found) throw notFound('run', id);
    await this.bus.transaction(async (tx, emit) => {
      await this.runs.lockProject(tx, found.project);
      const run = (await this.runs.get(tx, id))!;
      if (!runCan(action, run.status))
        throw new Problem(409, `A run that is ${run.status} cannot ${action}.`, 'run.wrong_status');
      await make(run, await this.runs.standingSteps(tx, id), tx, emit);
    });
  }
}

const currentOf = (steps: StepRow[]): StepRow => steps.find(({ status }) => status !== 'succeeded') ?? steps.at(-1)!;
