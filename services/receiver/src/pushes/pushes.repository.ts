import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import type { Arrival } from './push.js';

export interface PushRow {
  readonly id: string;
  readonly run: string | null;
  readonly project: string;
  readonly ref: string;
  readonly before: string;
  readonly commit: string;
  readonly pusher: string;
  readonly subject: string;
  readonly source: string;
  readonly receivedAt: Date;
}

const ARRIVED = `jsonb_to_recordset($1::jsonb)
  as a(run uuid, project text, ref text, before text, commit text, pusher text, subject text, source text)`;

@Injectable()
export class PushesRepository {
  constructor(private readonly db: DataSource) {}

  /** Moves the heads to these commits and records the pushes. Answers the runs of those that were not announced before. */
  async announce(tx: EntityManager, arrivals: readonly Arrival[]): Promise<Set<string>> {
    const rows: { run: string }[] = await tx.query(
      `with arrived as (select * from ${ARRIVED}),
       moved as (
         -- In one order for everybody, so that two pushes never wait for each other.
         insert into heads (project, ref, commit) select project, ref, commit from arrived order by project, ref
         on conflict (project, ref) do update set commit = excluded.commit, moved_at = now()
           where heads.commit <> excluded.commit
         returning project, ref),
       told as (
         insert into pushes (run, project, ref, before, commit, pusher, subject, source)
         select run, project, ref, before, commit, pusher, subject, source from arrived join moved using (project, ref)
         returning run)
       select run from told`,
      [JSON.stringify(arrivals)],
    );
    return new Set(rows.map(({ run }) => run));
  }

  /** Records pushes that a newer one overtook: they happened, and have no run. */
  async recordOvertaken(tx: EntityManager, arrivals: readonly Arrival[]): Promise<void> {
    if (arrivals.length === 0) return;
    await tx.query(
      `insert into pushes (project, ref, before, commit, pusher, subject, source)
       select project, ref, before, commit, pusher, subject, source from ${ARRIVED}`,
      [JSON.stringify(arrivals)],
    );
  }

  /** The branches are gone: should they come back at the same commit, that is a push again. */
  async forgetHeads(tx: Pick<EntityManager, 'query'>, project: string, refs: readonly string[]): Promise<void> {
    if (refs.length > 0) await tx.query('delete from heads where project = $1 and ref = any($2)', [project, refs]);
  }

  /** The run that this commit of this branch got last. */
  async runOf(project: string, ref: string, commit: string): Promise<string | undefined> {
    const [row] = await this.db.query(
      `select run from pushes where project = $1 and ref = $2 and commit = $3 and run is not null
       order by id desc limit 1`,
      [project, ref, commit],
    );
    return row?.run;
  }

  async heads(project: string): Promise<Map<string, string>> {
    const rows: { ref: string; commit: string }[] = await this.db.query(
      'select ref, commit from heads where project = $1',
      [project],
    );
    return new Map(rows.map(({ ref, commit }) => [ref, commit]));
  }

  async expect(project: string, pusher: string, moves: readonly { ref: string; commit: string }[]): Promise<void> {
    if (moves.length === 0) return;
    await this.db.query(
      `insert into arrivals (project, ref, commit, pusher)
       select $1, ref, commit, $2 from jsonb_to_recordset($3::jsonb) as m(ref text, commit text)
       on conflict (project, ref, commit) do update set pusher = excluded.pusher, arrived_at = now()`,
      [project, pusher, JSON.stringify(moves)],
    );
  }

  async expectedPusher(project: string, ref: string, commit: string): Promise<string | undefined> {
    const [row] = await this.db.query('select pusher from arrivals where project = $1 and ref = $2 and commit = $3', [
      project,
      ref,
      commit,
    ]);
    return row?.pusher;
  }

  async expectNoMore(
    tx: Pick<EntityManager, 'query'>,
    project: string,
    moves: readonly { ref: string; commit: string }[],
  ): Promise<void> {
    if (moves.length === 0) return;
    await tx.query(
      `delete from arrivals a using jsonb_to_recordset($2::jsonb) as m(ref text, commit text)
       where a.project = $1 and a.ref = m.ref and a.commit = m.commit`,
      [project, JSON.stringify(moves)],
    );
  }

  /** Newest first, those before `id`. */
  page(project: string | undefined, before: string | undefined, limit: number): Promise<PushRow[]> {
    return this.db.query(
      `select id, run, project, ref, before, commit, pusher, subject, source, received_at as "receivedAt"
       from pushes where ($1::text is null or project = $1) and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [project ?? null, before ?? null, limit],
    );
  }
}
