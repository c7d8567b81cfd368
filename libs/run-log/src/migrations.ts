import type { Migration } from '@sluice/database';

export const RUN_LOG_MIGRATIONS: Migration[] = [
  {
    name: 'run-log-1-log-lines',
    sql: `
      create table log_lines (
        step uuid not null,
        -- Counts within the step, from 1: what a reader has seen.
        number int not null,
        at timestamptz not null,
        stream text not null check (stream in ('stdout', 'stderr', 'sluice')),
        text text not null,
        primary key (step, number)
      )`,
  },
  {
    name: 'run-log-2-closed-logs',
    sql: `create table closed_logs (step uuid primary key, closed_at timestamptz not null default now())`,
  },
];
