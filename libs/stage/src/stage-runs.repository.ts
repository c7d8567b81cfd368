import { Injectable } from '@nestjs/common';
import type { EventData, Stage, StageEvent, StoppedStep } from '@sluice/contracts';
import { Bus } from '@sluice/bus';
import { DataSource } from '@sluice/database';

export interface StageRun {
  readonly request: StageEvent;
  readonly stage: Stage;
  readonly attempt: number;
  readonly status: 'running' | 'succeeded' | 'failed' | 'canceled';
}

/** Who works on which step, and how it ended. */
@Injectable()
export class StageRunsRepository {
  constructor(
    private readonly db: DataSource,
    private readonly bus: Bus,
  ) {}

  /** The first delivery inserts; a later one takes unfinished work over with a higher attempt; what has ended comes back as ended. */
  claim(stage: Stage, request: StageEvent): Promise<StageRun> {
    return this.bus.transaction(async (tx, emit) => {
      const [row] = await tx.query(
        `insert into stage_runs (step, run, stage, environment, attempt, status) values ($1, $2, $3, $4, 1, 'running')
         on conflict (step) do update set attempt = stage_runs.attempt + (stage_runs.status = 'running')::int
         returning attempt, status`,
        [request.step, request.run.id, stage, request.environment],
      );
      const { run, step, environment } = request;
      if (row.status === 'running') emit(`${stage}.started`, { run, step, environment, attempt: row.attempt });
      return { request, stage, attempt: row.attempt, status: row.status };
    });
  }

  succeed<S extends Stage>(claimed: StageRun, data: EventData<`${S}.succeeded`>): Promise<boolean> {
    return this.finish(claimed, 'succeeded', data);
  }

  fail(claimed: StageRun, data: EventData<`${Stage}.failed`>): Promise<boolean> {
    return this.finish(claimed, 'failed', data);
  }

  /** The steps of these that are not ours any more: ended from outside, or claimed by another worker. */
  async lost(claims: readonly StageRun[]): Promise<Set<string>> {
    const rows: { step: string; attempt: number; status: string }[] = await this.db.query(
      'select step, attempt, status from stage_runs where step = any($1::uuid[])',
      [claims.map(({ request }) => request.step)],
    );
    const current = new Map(rows.map((row) => [row.step, row]));
    const isLost = ({ request, attempt }: StageRun): boolean => {
      const row = current.get(request.step);
      return row?.status !== 'running' || row.attempt !== attempt;
    };
    return new Set(claims.filter(isLost).map(({ request }) => request.step));
  }

  /** Ends a step from outside, also one whose request has not arrived yet. */
  async cancel(run: string, { step, stage, environment }: StoppedStep): Promise<void> {
    await this.db.query(
      `insert into stage_runs (step, run, stage, environment, status, finished_at) values ($1, $2, $3, $4, 'canceled', now())
       on conflict (step) do update set status = 'canceled', finished_at = now() where stage_runs.status = 'running'`,
      [step, run, stage, environment],
    );
  }

  /** False when this claim is not the current one: then nothing was changed and nothing is told. */
  private finish(claimed: StageRun, status: 'succeeded' | 'failed', data: StageEvent): Promise<boolean> {
    return this.bus.transaction(async (tx, emit) => {
      // TypeORM answers an UPDATE with [rows, affected].
      const [, affected] = await tx.query(
        `update stage_runs set status = $1, finished_at = now() where step = $2 and attempt = $3 and status = 'running'`,
        [status, claimed.request.step, claimed.attempt],
      );
      if (affected === 1) emit(`${claimed.stage}.${status}`, data as never);
      return affected === 1;
    });
  }
}
