import { SetMetadata } from '@nestjs/common';
import type { EventData, RunRef, Stage, StageResult } from '@sluice/contracts';
import type { LogWriter } from '@sluice/run-log';
import type { Logger } from '@sluice/runtime';

/** What a handler is given. It knows nothing of brokers, retries or acknowledgement. */
export interface StageJob<S extends Stage> {
  readonly run: RunRef;
  readonly step: string;
  readonly environment: string;
  /** Above 1 a worker was lost on the way: look for what it left before making it again. */
  readonly attempt: number;
  readonly input: EventData<`${S}.requested`>;
  /** Aborted when the run was ended, the time is up, or another worker has taken over. */
  readonly signal: AbortSignal;
  /** For us: structured, with the run's id. */
  readonly log: Logger;
  /** For people: the step's log. */
  readonly output: LogWriter;
}

export interface StageHandler<S extends Stage> {
  run(job: StageJob<S>): Promise<StageResult<S>>;
}

export const HANDLES = 'sluice:handles-stage';
/** Marks the class that does a stage; the runner finds it by this. */
export const HandlesStage = (stage: Stage): ClassDecorator => SetMetadata(HANDLES, stage);
