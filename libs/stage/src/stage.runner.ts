import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { Bus } from '@sluice/bus';
import {
  queueFor,
  STAGES,
  stagesOf,
  type CloudEvent,
  type EventData,
  type Stage,
  type StageEvent,
} from '@sluice/contracts';
import { Directory } from '@sluice/directory';
import { RunLog } from '@sluice/run-log';
import { LOGGER, SERVICE, type Logger, type ServiceName } from '@sluice/runtime';
import { Histogram, Registry } from 'prom-client';
import { presentable } from './failure.plan.js';
import { StageFailure } from './stage-failure.js';
import { HANDLES, type StageHandler } from './stage-handler.js';
import { StageRunsRepository, type StageRun } from './stage-runs.repository.js';

interface ActiveStep {
  readonly claim: StageRun;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Why a stage's signal was aborted. */
class Aborted extends Error {
  override readonly name = 'Aborted';
}
class Stopping extends Error {
  override readonly name = 'Stopping';
}
class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** How many stages one process works on at once; more replicas do more. */
const CONCURRENCY = 2;
const WATCH_EVERY_MS = 1000;

/** The lines around every stage: claim, work, record. */
@Injectable()
export class StageRunner implements OnModuleInit, OnModuleDestroy {
  private readonly active = new Map<string, ActiveStep>();
  private watch?: NodeJS.Timeout;
  private readonly seconds: Histogram;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly bus: Bus,
    private readonly stageRuns: StageRunsRepository,
    private readonly runLog: RunLog,
    private readonly directory: Directory,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(SERVICE) private readonly service: ServiceName,
    @Inject(Registry) metrics: Registry,
  ) {
    this.seconds = new Histogram({
      name: 'sluice_stage_duration_seconds',
      help: 'From claim to record.',
      labelNames: ['stage', 'status'],
      buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
      registers: [metrics],
    });
  }

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getProviders()) {
      const stage = metatype && this.reflector.get<Stage | undefined>(HANDLES, metatype);
      if (stage) this.serve(stage, instance as StageHandler<Stage>);
    }
    const owned = stagesOf(this.service);
    this.bus.consume(`${this.service}.runs`, 10, async ({ data }) => {
      const { run, stopped } = data as EventData<'run.canceled'>;
      if (stopped && owned.includes(stopped.stage)) await this.stageRuns.cancel(run.id, stopped);
    });
    this.watch = setInterval(() => void this.dropLostSteps(), WATCH_EVERY_MS);
  }

  /** What is unfinished goes back to the broker, and to another worker. */
  onModuleDestroy(): void {
    clearInterval(this.watch);
    for (const { abort } of this.active.values()) abort.abort(new Stopping());
  }

  private serve(stage: Stage, handler: StageHandler<Stage>): void {
    const work = (event: CloudEvent): Promise<void> =>
      this.once(stage, handler, event.data as EventData<`${Stage}.requested`>);
    this.bus.consume(queueFor(stage), CONCURRENCY, work, async (event, reason, _tx, emit) => {
      const { run, step, environment } = event.data as StageEvent;
      await this.stageRuns.cancel(run.id, { step, stage, environment });
      emit(`${stage}.failed`, {
        run,
        step,
        environment,
        code: `${stage}.internal_error`,
        message: `Sluice could not do this: ${reason}`,
      });
    });
  }

  /** After a broken connection the broker delivers again what is still being worked on here: then both wait for the same work. */
  private once(stage: Stage, handler: StageHandler<Stage>, request: EventData<`${Stage}.requested`>): Promise<void> {
    const running = this.active.get(request.step);
    return running ? running.done : this.work(stage, handler, request);
  }

  private async work(
    stage: Stage,
    handler: StageHandler<Stage>,
    request: EventData<`${Stage}.requested`>,
  ): Promise<void> {
    const claim = await this.stageRuns.claim(stage, request);
    if (claim.status !== 'running') return; // Ended before; its event is told already.

    const abort = new AbortController();
    const done = this.runAndRecord(handler, claim, abort).finally(() => this.active.delete(request.step));
    this.active.set(request.step, { claim, abort, done });
    await done;
  }

  private async runAndRecord(handler: StageHandler<Stage>, claim: StageRun, abort: AbortController): Promise<void> {
    const { stage, attempt } = claim;
    const input = claim.request as EventData<`${Stage}.requested`>;
    const { run, step, environment } = input;
    const log = this.log.child({ runId: run.id, project: run.project, stage, environment, attempt });
    const output = await this.runLog.open(
      step,
      attempt,
      Object.values(await this.directory.secrets(run.project, environment)),
    );
    const limit = setTimeout(() => abort.abort(new TimedOut()), STAGES[stage].timeoutMinutes * 60_000);
    const stopTimer = this.seconds.startTimer({ stage });
    const own = { run, step, environment };
    try {
      const result = await handler.run({ run, step, environment, attempt, input, signal: abort.signal, log, output });
      abort.signal.throwIfAborted();
      await output.close();
      const recorded = await this.stageRuns.succeed(claim, { ...own, ...result } as never);
      stopTimer({ status: recorded ? 'succeeded' : 'lost' });
    } catch (error) {
      const failure = asFailure(stage, error, abort.signal);
      if (!failure) throw error;
      output.line(failure.message, 'sluice');
      await output.close();
      log.info({ code: failure.code }, 'stage failed');
      await this.stageRuns.fail(claim, {
        ...own,
        code: failure.code,
        ...presentable(failure),
      });
      stopTimer({ status: 'failed' });
    } finally {
      clearTimeout(limit);
      await output.flush();
    }
  }

  /** Cancellation reaches a worker as a row; so does the fact that another worker has taken over. */
  private async dropLostSteps(): Promise<void> {
    if (this.active.size === 0) return;
    const lost = await this.stageRuns
      .lost([...this.active.values()].map(({ claim }) => claim))
      .catch(() => new Set<string>());
    for (const step of lost) this.active.get(step)?.abort.abort(new Aborted('the step was ended or taken over'));
  }
}

/** A failure to report; undefined when the error is ours and the message should come again. */
function asFailure(stage: Stage, error: unknown, signal: AbortSignal): StageFailure | undefined {
  if (signal.aborted && signal.reason instanceof TimedOut) {
    return new StageFailure(
      `${stage}.timed_out`,
      `The ${stage} took longer than ${STAGES[stage].timeoutMinutes} minutes and was stopped.`,
    );
  }
  // A step that is no longer ours: the fenced write below changes nothing, and the message is done with.
  if (signal.aborted && signal.reason instanceof Aborted) {
    return new StageFailure(`${stage}.stopped`, signal.reason.message);
  }
  return error instanceof StageFailure && !signal.aborted ? error : undefined;
}
