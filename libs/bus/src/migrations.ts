import type { Migration } from '@sluice/database';

/** The tables behind "state and event commit together", in each service's own schema. */
export const BUS_MIGRATIONS: Migration[] = [
  {
    name: 'bus-1-outbox',
    sql: `
      create table outbox (
        id bigint generated always as identity primary key,
        event jsonb not null,
        created_at timestamptz not null default clock_timestamp()
      )`,
  },
  {
    name: 'bus-2-handled-events',
    sql: `
      create table handled_events (
        event_id uuid primary key,
        handled_at timestamptz not null default now()
      )`,
  },
];
