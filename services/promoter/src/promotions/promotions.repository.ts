import { Injectable } from '@nestjs/common';
import type { RunRef } from '@sluice/contracts';
import { DataSource } from '@sluice/database';
import type { PlannedPromotion } from './promotion.plan.js';

export interface PromotionRow {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly project: string;
  readonly service: string;
  readonly repository: string;
  readonly digest: string;
  readonly tag: string;
  readonly from: string;
  readonly environment: string;
  readonly at: Date;
}

export interface PromotionFilter {
  readonly project?: string;
  readonly environment?: string;
  /** The id of the last row seen. */
  readonly after?: string;
  readonly limit: number;
}

/** Which digest entered which environment, and with which run. */
@Injectable()
export class PromotionsRepository {
  constructor(private readonly db: DataSource) {}

  async record(
    run: RunRef,
    step: string,
    from: string,
    environment: string,
    promotions: readonly PlannedPromotion[],
  ): Promise<void> {
    await this.db.query(
      `insert into promotions (run, step, project, service, repository, digest, tag, from_environment, environment)
       select $1, $2, $3, p.service, p.to, p.digest, p.tag, $4, $5
       from jsonb_to_recordset($6::jsonb) as p(service text, "to" text, digest text, tag text)
       on conflict (step, service) do nothing`,
      [run.id, step, run.project, from, environment, JSON.stringify(promotions)],
    );
  }

  /** Newest first. */
  list({ project, environment, after, limit }: PromotionFilter): Promise<PromotionRow[]> {
    return this.db.query(
      `select id, run, step, project, service, repository, digest, tag, from_environment as "from", environment, at
       from promotions
       where ($1::text is null or project = $1) and ($2::text is null or environment = $2)
         and ($3::bigint is null or id < $3)
       order by id desc limit $4`,
      [project ?? null, environment ?? null, after ?? null, limit],
    );
  }
}
