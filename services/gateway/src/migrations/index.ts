import type { Migration } from '@sluice/database';

export const GATEWAY_MIGRATIONS: Migration[] = [
  {
    name: 'gateway-1-audit-log',
    sql: `
      create table audit_log (
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        who text not null,
        -- The resource and what was done to it: environment.create.
        what text not null,
        target text not null,
        -- Where the request came from; empty for what Sluice did by itself.
        address text not null,
        outcome text not null check (outcome in ('done', 'refused')),
        -- Never a value that is secret.
        detail jsonb not null default '{}'
      )`,
  },
  {
    name: 'gateway-2-audit-log-is-append-only',
    sql: `
      create function refuse_change() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is append-only'; end $$;
      create trigger append_only before update or delete or truncate on audit_log
        for each statement execute function refuse_change()`,
  },
  {
    name: 'gateway-3-events',
    sql: `
      create table events (
        id bigint generated always as identity primary key,
        -- The same event may be heard twice; it is told once.
        event_id uuid not null unique,
        event jsonb not null,
        heard_at timestamptz not null default now()
      );
      create index on events (heard_at)`,
  },
];
