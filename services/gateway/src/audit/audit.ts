import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import { pageOf, Problem, type Page } from '@sluice/runtime';
import type { Caller } from './caller.js';

export interface AuditEntry {
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly address: string;
  readonly outcome: 'done' | 'refused';
  readonly detail?: object;
}

interface AuditRow extends Required<AuditEntry> {
  readonly id: string;
  readonly at: Date;
}

/** Who did what, when and from where. Rows are only ever added; the table refuses everything else. */
@Injectable()
export class Audit {
  constructor(private readonly db: DataSource) {}

  /** Makes a change and its entry in one transaction. A refusal is written down, too; a failure of ours changes nothing. */
  async change<T>(
    { principal, address }: Caller,
    what: string,
    target: string,
    detail: object,
    act: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    const entry = { who: principal.name, what, target, address };
    try {
      return await this.db.transaction(async (tx) => {
        const result = await act(tx);
        await this.write(tx, { ...entry, outcome: 'done', detail });
        return result;
      });
    } catch (error) {
      if (error instanceof Problem)
        await this.write(this.db, { ...entry, outcome: 'refused', detail: { ...detail, code: error.code } });
      throw error;
    }
  }

  async write(tx: Pick<EntityManager, 'query'>, entry: AuditEntry): Promise<void> {
    await tx.query(
      'insert into audit_log (who, what, target, address, outcome, detail) values ($1, $2, $3, $4, $5, $6)',
      [entry.who, entry.what, entry.target, entry.address, entry.outcome, entry.detail ?? {}],
    );
  }

  /** Newest first. */
  async list(limit: number, before?: string): Promise<Page<AuditRow>> {
    const rows: AuditRow[] = await this.db.query(
      `select id, at, who, what, target, address, outcome, detail from audit_log
       where $1::bigint is null or id < $1 order by id desc limit $2`,
      [before ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }
}
