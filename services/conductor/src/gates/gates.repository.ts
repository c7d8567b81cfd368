import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import type { Principal } from '@sluice/directory';

export interface Gate {
  readonly id: string;
  readonly kind: 'gate' | 'verdict';
  readonly run: string;
  readonly project: string;
  readonly number: number;
  readonly commit: string;
  readonly subject: string;
  readonly pusher: string;
  readonly environment: string;
  readonly status: string;
  /** What the run says it waits for. */
  readonly waitsFor: string | null;
  readonly since: Date;
  readonly decisions: {
    readonly by: string;
    readonly approved: boolean;
    readonly note: string | null;
    readonly at: string;
  }[];
}

const GATE = `
  select s.id, s.kind, r.id as run, r.project, r.number, r.commit, r.subject, r.pusher, s.environment, s.status,
    r.reason as "waitsFor", s.started_at as since,
    coalesce((select jsonb_agg(jsonb_build_object('by', d.user_name, 'approved', d.approved, 'note', d.note, 'at', d.at) order by d.at)
              from decisions d where d.step = s.id), '[]') as decisions
  from steps s join runs r on r.id = s.run`;

@Injectable()
export class GatesRepository {
  constructor(private readonly db: DataSource) {}

  waiting(run?: string): Promise<Gate[]> {
    return this.db.query(
      `${GATE} where s.status = 'waiting' and ($1::uuid is null or r.id = $1) order by s.started_at`,
      [run ?? null],
    );
  }

  async get(db: Pick<EntityManager, 'query'>, id: string): Promise<Gate | undefined> {
    return (await db.query(`${GATE} where s.id = $1 and s.kind in ('gate', 'verdict')`, [id]))[0];
  }

  decisions(tx: EntityManager, step: string): Promise<{ approved: boolean }[]> {
    return tx.query('select approved from decisions where step = $1', [step]);
  }

  /** False when this member has decided before. */
  async addDecision(
    tx: EntityManager,
    step: string,
    who: Principal,
    approved: boolean,
    note?: string,
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into decisions (step, user_id, user_name, approved, note) values ($1, $2, $3, $4, $5) on conflict do nothing returning step`,
      [step, who.id, who.name, approved, note ?? null],
    );
    return rows.length > 0;
  }
}
