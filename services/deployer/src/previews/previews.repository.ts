import { Injectable } from '@nestjs/common';
import { branchOf } from '@sluice/contracts';
import { DataSource } from '@sluice/database';
import type { Placement } from '../engines/identity.plan.js';

export type PreviewStatus = 'starting' | 'running' | 'failed' | 'ended';

export interface PreviewRow {
  readonly id: string;
  readonly environment: string;
  readonly project: string;
  readonly branch: string;
  readonly run: string;
  readonly step: string;
  readonly commit: string;
  readonly status: PreviewStatus;
  readonly container: string | null;
  readonly hostPort: number | null;
  readonly address: string | null;
  readonly expiresAt: Date;
  readonly startedAt: Date;
}

export interface PreviewFilter {
  readonly project?: string;
  readonly environment?: string;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

const PREVIEW = `id, environment, project, branch, run, step, commit, status, container, host_port as "hostPort",
  address, expires_at as "expiresAt", started_at as "startedAt"`;

/** One row per branch of a project, kept after its end: the port is the branch's own. */
@Injectable()
export class PreviewsRepository {
  constructor(private readonly db: DataSource) {}

  /** Made with the tables, so it lives as long as what we know of previews. */
  async installation(): Promise<string> {
    return (await this.db.query('select id from installation'))[0].id;
  }

  /** Written before there is a container, so that none is ever unknown. */
  async begin({ run, step, environment }: Placement, expiresAt: Date): Promise<PreviewRow> {
    const [row] = await this.db.query(
      `insert into previews (environment, project, branch, run, step, commit, status, expires_at)
       values ($1, $2, $3, $4, $5, $6, 'starting', $7)
       on conflict (environment, project, branch) do update
         set run = $4, step = $5, commit = $6, status = 'starting', expires_at = $7, started_at = now()
       returning ${PREVIEW}`,
      [environment, run.project, branchOf(run.ref), run.id, step, run.commit, expiresAt],
    );
    return row;
  }

  /** False when another run has taken the preview over meanwhile. */
  async running(
    { id, step }: PreviewRow,
    { container, hostPort, address }: { container: string; hostPort?: number; address?: string },
  ): Promise<boolean> {
    const [, affected] = await this.db.query(
      `update previews set status = 'running', container = $3, host_port = coalesce($4, host_port), address = $5
       where id = $1 and step = $2`,
      [id, step, container, hostPort ?? null, address ?? null],
    );
    return affected === 1;
  }

  async failed({ id, step }: PreviewRow): Promise<void> {
    await this.db.query(`update previews set status = 'failed', container = null where id = $1 and step = $2`, [
      id,
      step,
    ]);
  }

  async endExpired(): Promise<void> {
    await this.db.query(
      `update previews set status = 'ended' where status in ('starting', 'running') and expires_at < now()`,
    );
  }

  async end(id: string): Promise<void> {
    await this.db.query(`update previews set status = 'ended' where id = $1`, [id]);
  }

  async find(id: string): Promise<PreviewRow | undefined> {
    return (await this.db.query(`select ${PREVIEW} from previews where id = $1`, [id]))[0];
  }

  /** The steps whose containers belong there. */
  async stepsIn(environment: string): Promise<Set<string>> {
    const rows: { step: string }[] = await this.db.query(
      `select step from previews where environment = $1 and status in ('starting', 'running')`,
      [environment],
    );
    return new Set(rows.map(({ step }) => step));
  }

  /** By id, which says nothing of their age but is stable between pages. */
  list({ project, environment, after, limit }: PreviewFilter): Promise<PreviewRow[]> {
    return this.db.query(
      `select ${PREVIEW} from previews
       where status in ('starting', 'running') and ($1::text is null or project = $1)
         and ($2::text is null or environment = $2) and ($3::uuid is null or id > $3)
       order by id limit $4`,
      [project ?? null, environment ?? null, after ?? null, limit],
    );
  }
}
