import { Injectable } from '@nestjs/common';
import type { EventData, RunStatus } from '@sluice/contracts';
import { DataSource, type EntityManager } from '@sluice/database';
import type { PlannedStep } from './run.plan.js';
import type { RunRow, StepRow } from './run.rows.js';

const RUN = `r.id, r.project, r.number, r.ref, r.commit, r.pusher, r.subject, r.clone_url as "cloneUrl", r.pushed_at as "pushedAt",
  r.status, r.reason, r.images, r.config, r.created_at as "createdAt", r.finished_at as "finishedAt"`;
const STEP = `s.id, s.run, s.position, s.try, s.kind, s.stage, s.environment, s.from_environment as "from", s.status,
  s.requested_at as "requestedAt", s.started_at as "startedAt", s.finished_at as "finishedAt", s.result, s.failure`;

export interface RunFilter {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly ref?: string;
  /** `<created_at>,<id>` of the last row seen. */
  readonly after?: string;
  readonly limit: number;
}

/** The SQL of runs and their steps. What takes `tx` belongs to the caller's change. */
@Injectable()
export class RunsRepository {
  constructor(private readonly db: DataSource) {}

  /** Runs of a project are changed by one at a time: numbers, superseding and the order of deploys depend on it. */
  async lockProject(tx: EntityManager, project: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('sluice.project.' || $1, 0))`, [project]);
  }

  async get(db: Pick<EntityManager, 'query'>, id: string): Promise<RunRow | undefined> {
    return (await db.query(`select ${RUN} from runs r where r.id = $1`, [id]))[0];
  }

  find = (id: string): Promise<RunRow | undefined> => this.get(this.db, id);
  stepsOf = (id: string): Promise<StepRow[]> => this.standingSteps(this.db, id);

  /** Newest first. */
  list({ project, status, ref, after, limit }: RunFilter): Promise<RunRow[]> {
    const [at, id] = after?.split(',') ?? [];
    return this.db.query(
      `select ${RUN} from runs r
       where ($1::text is null or r.project = $1) and ($2::text is null or r.status = $2) and ($3::text is null or r.ref = $3)
         and ($4::timestamptz is null or (r.created_at, r.id) < ($4::timestamptz, $5::uuid))
       order by r.created_at desc, r.id desc limit $6`,
      [project ?? null, status ?? null, ref ?? null, at ?? null, id ?? null, limit],
    );
  }

  /** Under the project's lock. Undefined when this push has its run already. */
  async create(
    tx: EntityManager,
    { run, pusher, subject, cloneUrl }: EventData<'push.received'>,
    pushedAt: string,
  ): Promise<RunRow | undefined> {
    const [row] = await tx.query(
      `insert into runs as r (id, project, number, ref, commit, pusher, subject, clone_url, pushed_at, status)
       values ($1, $2, (select coalesce(max(number), 0) + 1 from runs where project = $2), $3, $4, $5, $6, $7, $8, 'queued')
       on conflict (id) do nothing returning ${RUN}`,
      [run.id, run.project, run.ref, run.commit, pusher, subject, cloneUrl, pushedAt],
    );
    return row;
  }

  async addSteps(tx: EntityManager, run: string, steps: readonly PlannedStep[]): Promise<void> {
    await tx.query(
      `insert into steps (run, position, kind, stage, environment, from_environment)
       select $1, ordinality, value->>'kind', value->>'stage', value->>'environment', value->>'from'
       from jsonb_array_elements($2::jsonb) with ordinality`,
      [run, JSON.stringify(steps)],
    );
  }

  /** One row per position: the latest try. */
  standingSteps(db: Pick<EntityManager, 'query'>, run: string): Promise<StepRow[]> {
    return db.query(
      `select distinct on (s.position) ${STEP} from steps s where s.run = $1 order by s.position, s.try desc`,
      [run],
    );
  }

  /** Of the same branch, not ended. */
  openRunsOf(tx: EntityManager, project: string, ref: string): Promise<RunRow[]> {
    return tx.query(`select ${RUN} from runs r where r.project = $1 and r.ref = $2 and r.finished_at is null`, [
      project,
      ref,
    ]);
  }

  /** Those that nothing is happening to: they wait for another run to leave an environment. */
  standingRuns(tx: EntityManager, project: string): Promise<RunRow[]> {
    return tx.query(
      `select ${RUN} from runs r where r.project = $1 and r.finished_at is null
         and not exists (select 1 from steps s where s.run = r.id and s.status in ('requested', 'running', 'waiting'))
       order by r.pushed_at`,
      [project],
    );
  }

  async busyEnvironments(tx: EntityManager, project: string, exceptRun: string): Promise<Set<string>> {
    const rows: { environment: string }[] = await tx.query(
      `select s.environment from steps s join runs r on r.id = s.run
       where r.project = $1 and r.id <> $2 and s.stage = 'deploy' and s.status in ('requested', 'running')`,
      [project, exceptRun],
    );
    return new Set(rows.map(({ environment }) => environment));
  }

  async setStatus(
    tx: EntityManager,
    run: string,
    status: RunStatus,
    reason: string | null,
    ended: boolean,
  ): Promise<void> {
    await tx.query(
      `update runs set status = $2, reason = $3, finished_at = case when $4 then now() end where id = $1`,
      [run, status, reason, ended],
    );
  }

  async setCarried(
    tx: EntityManager,
    run: string,
    { images, config }: { images?: object; config?: object },
  ): Promise<void> {
    if (!images && !config) return;
    await tx.query('update runs set images = coalesce($2, images), config = coalesce($3, config) where id = $1', [
      run,
      images ? JSON.stringify(images) : null,
      config ? JSON.stringify(config) : null,
    ]);
  }

  /** Moves a step if it is still where the caller saw it; false when somebody else was quicker. */
  async moveStep(
    tx: EntityManager,
    step: string,
    from: readonly StepRow['status'][],
    to: StepRow['status'],
    more: { result?: object; failure?: object } = {},
  ): Promise<boolean> {
    const [, affected] = await tx.query(
      `update steps set status = $3,
         requested_at = case when $3 = 'requested' then now() else requested_at end,
         started_at = case when $3 in ('running', 'waiting') then now() else started_at end,
         finished_at = case when $3 in ('succeeded', 'failed', 'canceled') then now() end,
         result = coalesce($4, result), failure = coalesce($5, failure)
       where id = $1 and status = any($2)`,
      [
        step,
        from,
        to,
        more.result ? JSON.stringify(more.result) : null,
        more.failure ? JSON.stringify(more.failure) : null,
      ],
    );
    return affected === 1;
  }

  /** A new try of a position, beside the one that failed. */
  async addTry(
    tx: EntityManager,
    { run, position, try: last, kind, stage, environment, from }: StepRow,
  ): Promise<void> {
    await tx.query(
      `insert into steps (run, position, try, kind, stage, environment, from_environment) values ($1, $2, $3, $4, $5, $6, $7)`,
      [run, position, last + 1, kind, stage, environment, from],
    );
  }

  /** Steps that should have been answered by now. Limits in minutes by stage. */
  overdue(
    limits: Record<string, number>,
    queueLimitMinutes: number,
  ): Promise<{ run: string; step: string; project: string; status: string }[]> {
    return this.db.query(
      `select s.run, s.id as step, r.project, s.status from steps s join runs r on r.id = s.run
       where (s.status = 'running' and s.kind = 'stage' and s.started_at < now() - make_interval(mins => ($1::jsonb->>s.stage)::int))
          or (s.status = 'requested' and s.requested_at < now() - make_interval(mins => $2))`,
      [JSON.stringify(limits), queueLimitMinutes],
    );
  }
}
