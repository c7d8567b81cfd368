import type { Migration } from '@sluice/database';

export const STAGE_MIGRATIONS: Migration[] = [
  {
    name: 'stage-1-stage-runs',
    sql: `
      create table stage_runs (
        step uuid primary key,
        run uuid not null,
        stage text not null,
        environment text not null,
        -- The fencing token: raised by each claim, named by each closing write.
        attempt int not null default 0,
        status text not null check (status in ('running', 'succeeded', 'failed', 'canceled')),
        started_at timestamptz not null default now(),
        finished_at timestamptz
      )`,
  },
];
