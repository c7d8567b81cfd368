import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus, type Emit } from '@sluice/bus';
import {
  runHasEnded,
  STAGES,
  type CloudEvent,
  type EndedStatus,
  type EventData,
  type RunStatus,
  type Stage,
  type StageEvent,
  type ImageRef,
  type SluiceConfig,
} from '@sluice/contracts';
import type { EntityManager } from '@sluice/database';
import { Directory } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import { ConductorConfig } from '../conductor.config.js';
import { nextOf, type Next } from './next.plan.js';
import { refOf, type RunRow, type StepRow } from './run.rows.js';
import { planRun } from './run.plan.js';
import { RunsRepository } from './runs.repository.js';

/** A worker ends its own stage in time; when it never answers, we do, this much later. */
const GRACE_MINUTES = 2;
const LOOK_EVERY_MS = 5000;
const AT_ONCE = 10;

/** The state machine of runs: hears what happened, decides what is next, and is the only one who does. */
@Injectable()
export class Conductor implements OnModuleInit, OnModuleDestroy {
  private clock?: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly runs: RunsRepository,
    private readonly directory: Directory,
    private readonly config: ConductorConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.bus.handle('conductor.events', AT_ONCE, (event, tx, emit) => this.hear(event, tx, emit));
    this.clock = setInterval(
      () => void this.endOverdue().catch((err: unknown) => this.log.error({ err }, 'looking for overdue steps failed')),
      LOOK_EVERY_MS,
    );
  }

  onModuleDestroy(): void {
    clearInterval(this.clock);
  }

  private async hear(event: CloudEvent, tx: EntityManager, emit: Emit): Promise<void> {
    await this.runs.lockProject(tx, event.data.run.project);
    if (event.type === 'push.received') return this.start(event as CloudEvent<'push.received'>, tx, emit);

    const [stage, outcome] = event.type.split('.') as [Stage, 'started' | 'succeeded' | 'failed'];
    const data = event.data as StageEvent;
    const run = await this.runs.get(tx, data.run.id);
    if (!run || runHasEnded(run.status)) return;
    if (outcome === 'started') return this.begin(run, data, tx, emit);
    if (outcome === 'succeeded') await this.complete(run, data, carriedBy(event), tx, emit);
    else await this.fail(run, data as EventData<'build.failed'>, tx, emit);
    // A deploy that has ended leaves its environment to the runs that stand before it.
    if (stage === 'deploy') await this.advanceStanding(run.project, tx, emit);
  }

  private async start(event: CloudEvent<'push.received'>, tx: EntityManager, emit: Emit): Promise<void> {
    const run = await this.runs.create(tx, event.data, event.time);
    if (!run) return;
    const project = await this.directory.project(run.project, tx);
    const steps = planRun(await this.directory.environments(tx), run.ref === `refs/heads/${project?.branch ?? 'main'}`);
    await this.runs.addSteps(tx, run.id, steps);
    emit('run.queued', { run: refOf(run), number: run.number, status: 'queued' });
    if (steps.length === 0)
      return this.end(run, 'failed', 'There is no environment yet: an administrator creates one first.', tx, emit);

    // Of the runs of one branch the newest push goes on, in whatever order the pushes reach us.
    const others = (await this.runs.openRunsOf(tx, run.project, run.ref)).filter(({ id }) => id !== run.id);
    const newer = others.find(({ pushedAt }) => pushedAt > run.pushedAt);
    if (newer) return this.end(run, 'superseded', `Run ${newer.number} brings a newer push of this branch.`, tx, emit);
    for (const older of others) await this.supersede(older, run, tx, emit);
    await this.advance(run, tx, emit);
  }

  /** A deploy under way is never cut off; the newer run deploys after it. */
  private async supersede(older: RunRow, by: RunRow, tx: EntityManager, emit: Emit): Promise<void> {
    const steps = await this.runs.standingSteps(tx, older.id);
    if (steps.some(({ stage, status }) => stage === 'deploy' && status !== 'pending')) return;
    await this.end(older, 'superseded', `Run ${by.number} brings a newer push of this branch.`, tx, emit);
  }

  private async begin(run: RunRow, { step }: StageEvent, tx: EntityManager, emit: Emit): Promise<void> {
    const moved = await this.runs.moveStep(tx, step, ['requested', 'running'], 'running');
    if (moved && run.status === 'queued') await this.setStatus(run, 'running', tx, emit);
  }

  private async complete(
    run: RunRow,
    data: StageEvent,
    carried: Carried,
    tx: EntityManager,
    emit: Emit,
  ): Promise<void> {
    const { run: _run, step, environment: _environment, ...said } = data;
    const { config: _config, ...result } = said as Partial<EventData<'build.succeeded'>>; // The run keeps it.
    if (!(await this.runs.moveStep(tx, step, ['requested', 'running'], 'succeeded', { result }))) return;
    await this.runs.setCarried(tx, run.id, carried);
    await this.advance(
      { ...run, images: carried.images ?? run.images, config: carried.config ?? run.config },
      tx,
      emit,
    );
  }

  private async fail(
    run: RunRow,
    { step, code, message, evidence }: EventData<'build.failed'>,
    tx: EntityManager,
    emit: Emit,
  ): Promise<void> {
    if (
      !(await this.runs.moveStep(tx, step, ['requested', 'running'], 'failed', {
        failure: { code, message, evidence },
      }))
    )
      return;
    await this.end(run, 'failed', message, tx, emit);
  }

  /** Takes a run as far as it goes without anybody's answer. The caller holds the project's lock. */
  async advance(run: RunRow, tx: EntityManager, emit: Emit): Promise<void> {
    const environments = await this.directory.environments(tx);
    for (;;) {
      const steps = await this.runs.standingSteps(tx, run.id);
      const isDeploy = steps.find(({ status }) => status !== 'succeeded')?.stage === 'deploy';
      const busy = isDeploy ? await this.runs.busyEnvironments(tx, run.project, run.id) : new Set<string>();
      const next = nextOf(steps, {
        approvalsFor: (name) => environments.find((environment) => environment.name === name)?.approvals ?? 0,
        isBusy: (name) => busy.has(name),
        config: run.config ?? undefined,
      });
      if (next.do !== 'pass') return this.act(run, next, tx, emit);
      await this.runs.moveStep(tx, next.step.id, ['pending'], 'succeeded');
    }
  }

  private async act(run: RunRow, next: Next, tx: EntityManager, emit: Emit): Promise<void> {
    if (next.do === 'succeed') return this.end(run, 'succeeded', null, tx, emit);
    if (next.do === 'request') {
      await this.runs.moveStep(tx, next.step.id, ['pending'], 'requested');
      if (run.status === 'waiting') await this.setStatus(run, 'running', tx, emit);
      return request(run, next.step, emit);
    }
    if (next.do === 'wait') {
      await this.runs.moveStep(tx, next.step.id, ['pending'], 'waiting');
      emit('gate.opened', { run: refOf(run), step: next.step.id, environment: next.step.environment, note: next.for });
      await this.setStatus(run, 'waiting', tx, emit, `Waits for ${next.for}.`);
    }
  }

  /** An environment became free: the runs that stood before it go on, oldest push first. */
  private async advanceStanding(project: string, tx: EntityManager, emit: Emit): Promise<void> {
    for (const run of await this.runs.standingRuns(tx, project)) await this.advance(run, tx, emit);
  }

  /** Ends a run before its time or at it; whoever works on it is told to stop. */
  async end(run: RunRow, status: EndedStatus, reason: string | null, tx: EntityManager, emit: Emit): Promise<void> {
    const open = (await this.runs.standingSteps(tx, run.id)).find((step) =>
      ['requested', 'running', 'waiting'].includes(step.status),
    );
    if (open) await this.runs.moveStep(tx, open.id, [open.status], 'canceled');
    const stopped = open?.stage ? { step: open.id, stage: open.stage, environment: open.environment } : undefined;
    await this.runs.setStatus(tx, run.id, status, reason, true);
    emit(`run.${status}`, { run: refOf(run), number: run.number, status, reason: reason ?? undefined, stopped });
    this.log.info({ runId: run.id, project: run.project, number: run.number, status, reason }, 'run ended');
  }

  async setStatus(run: RunRow, status: RunStatus, tx: EntityManager, emit: Emit, reason?: string): Promise<void> {
    await this.runs.setStatus(tx, run.id, status, reason ?? null, false);
    emit(`run.${status}`, { run: refOf(run), number: run.number, status, reason });
  }

  /** A stage whose worker never answers is ended here, so that every run ends. */
  private async endOverdue(): Promise<void> {
    const limits = Object.fromEntries(
      Object.entries(STAGES).map(([stage, { timeoutMinutes }]) => [stage, timeoutMinutes + GRACE_MINUTES]),
    );
    for (const { run: id, step, project, status } of await this.runs.overdue(
      limits,
      this.config.CONDUCTOR_QUEUE_LIMIT_MINUTES,
    )) {
      await this.bus.transaction(async (tx, emit) => {
        await this.runs.lockProject(tx, project);
        const run = await this.runs.get(tx, id);
        const message =
          status === 'requested'
            ? 'No worker took this stage up in time.'
            : 'The worker of this stage did not answer in time.';
        if (
          run &&
          !runHasEnded(run.status) &&
          (await this.runs.moveStep(tx, step, ['requested', 'running'], 'failed', {
            failure: { code: 'stage.no_answer', message },
          }))
        ) {
          await this.end(run, 'failed', message, tx, emit);
          await this.advanceStanding(project, tx, emit);
        }
      });
    }
  }
}

interface Carried {
  readonly images?: ImageRef[];
  readonly config?: SluiceConfig;
}

/** What a run takes along from a stage to those after it. */
function carriedBy({ type, data }: CloudEvent): Carried {
  if (type === 'build.succeeded') {
    const { images, config } = data as EventData<'build.succeeded'>;
    return { images, config };
  }
  return type === 'promote.succeeded' ? { images: (data as EventData<'promote.succeeded'>).images } : {};
}

function request(run: RunRow, { id: step, stage, environment, from }: StepRow, emit: Emit): void {
  const common = { run: refOf(run), step, environment };
  const images = run.images ?? [];
  switch (stage!) {
    case 'build':
      return emit('build.requested', { ...common, cloneUrl: run.cloneUrl });
    case 'promote':
      return emit('promote.requested', { ...common, from: from!, images });
    case 'preview':
    case 'test':
    case 'deploy':
      return emit(`${stage as 'preview' | 'test' | 'deploy'}.requested`, { ...common, images, config: run.config! });
  }
}
