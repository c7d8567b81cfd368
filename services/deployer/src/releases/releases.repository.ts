import { Injectable } from '@nestjs/common';
import type { Evidence, ImageRef } from '@sluice/contracts';
import { DataSource } from '@sluice/database';

export type ReleaseStatus = 'deploying' | 'succeeded' | 'failed' | 'rolled_back' | 'needs_attention';

export interface Release {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  /** Counted per project and environment, from 1. */
  readonly number: number;
  readonly run: string;
  readonly commit: string;
  readonly step: string;
  readonly restores: number | null;
  readonly images: readonly ImageRef[];
  readonly deadlineSeconds: number;
  readonly status: ReleaseStatus;
  readonly code: string | null;
  readonly reason: string | null;
  readonly evidence: Evidence | null;
  readonly addresses: readonly string[] | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export type NewRelease = Pick<
  Release,
  'project' | 'environment' | 'number' | 'run' | 'commit' | 'step' | 'restores' | 'images' | 'deadlineSeconds'
> & { readonly stackFile: string };

/** With what the swarm was told. */
export type StoredRelease = Release & { readonly stackFile: string };

export interface ReleaseFilter {
  readonly project?: string;
  readonly environment?: string;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

const RELEASE = `r.id, r.project, r.environment, r.number, r.run, r.commit, r.step, r.restores, r.images,
  r.deadline_seconds as "deadlineSeconds", r.status, r.code, r.reason, r.evidence, r.addresses,
  r.created_at as "createdAt", r.finished_at as "finishedAt"`;
const STORED = `${RELEASE}, r.stack_file as "stackFile"`;

/** What was deployed where, and what became of it. Written only under the lock of its project and environment. */
@Injectable()
export class ReleasesRepository {
  constructor(private readonly db: DataSource) {}

  async ofStep(step: string): Promise<StoredRelease | undefined> {
    return (await this.db.query(`select ${STORED} from releases r where r.step = $1`, [step]))[0];
  }

  async find(id: string): Promise<StoredRelease | undefined> {
    return (await this.db.query(`select ${STORED} from releases r where r.id = $1`, [id]))[0];
  }

  async nextNumber(project: string, environment: string): Promise<number> {
    const [{ next }] = await this.db.query(
      'select coalesce(max(number), 0) + 1 as next from releases where project = $1 and environment = $2',
      [project, environment],
    );
    return next;
  }

  async create(release: NewRelease): Promise<StoredRelease> {
    const { project, environment, number, run, commit, step, restores, stackFile, images, deadlineSeconds } = release;
    const [row] = await this.db.query(
      `insert into releases as r (project, environment, number, run, commit, step, restores, stack_file, images, deadline_seconds, status)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'deploying') returning ${STORED}`,
      [project, environment, number, run, commit, step, restores, stackFile, JSON.stringify(images), deadlineSeconds],
    );
    return row;
  }

  /** Where a failed release goes back to: the newest before it that the swarm really served. */
  async lastGoodBefore({ project, environment, number }: Release): Promise<StoredRelease | undefined> {
    const [row] = await this.db.query(
      `select ${STORED} from releases r
       where r.project = $1 and r.environment = $2 and r.number < $3 and r.status = 'succeeded'
       order by r.number desc limit 1`,
      [project, environment, number],
    );
    return row;
  }

  async isNewest({ project, environment, number }: Release): Promise<boolean> {
    return (await this.nextNumber(project, environment)) === number + 1;
  }

  /** `finished` false: it is known how it ended, and its stack is still on the way back. */
  async setStatus(
    { id }: Release,
    status: ReleaseStatus,
    finished: boolean,
    told: Partial<Pick<Release, 'code' | 'reason' | 'evidence' | 'addresses'>>,
  ): Promise<StoredRelease> {
    const [[row]] = await this.db.query(
      `update releases r set status = $2, finished_at = case when $3 then now() end, code = coalesce($4, code),
         reason = coalesce($5, reason), evidence = coalesce($6, evidence), addresses = coalesce($7, addresses)
       where id = $1 returning ${STORED}`,
      [
        id,
        status,
        finished,
        told.code ?? null,
        told.reason ?? null,
        told.evidence ? JSON.stringify(told.evidence) : null,
        told.addresses ? JSON.stringify(told.addresses) : null,
      ],
    );
    return row;
  }

  /** Unfinished, and nobody's step any more: its run was ended, its worker gave up, or it is no run's at all. */
  async abandoned(): Promise<StoredRelease[]> {
    return this.db.query(
      `select ${STORED} from releases r
       where r.finished_at is null
         and not exists (select 1 from stage_runs s where s.step = r.step and s.status = 'running')
       order by r.created_at`,
    );
  }

  /** Newest first. */
  list({ project, environment, after, limit }: ReleaseFilter): Promise<Release[]> {
    const [at, id] = after?.split(',') ?? [];
    return this.db.query(
      `select ${RELEASE} from releases r
       where ($1::text is null or r.project = $1) and ($2::text is null or r.environment = $2)
         and ($3::timestamptz is null or (r.created_at, r.id) < ($3::timestamptz, $4::uuid))
       order by r.created_at desc, r.id desc limit $5`,
      [project ?? null, environment ?? null, at ?? null, id ?? null, limit],
    );
  }
}
