import type { Migration } from '@sluice/database';

export const NOTIFIER_MIGRATIONS: Migration[] = [
  {
    name: 'notifier-1-subscriptions',
    sql: `
      create table subscriptions (
        id uuid primary key default gen_random_uuid(),
        -- Of the user in the directory.
        owner text not null,
        url text not null,
        -- Scheme, host and port: what is slow together is asked one by one.
        target text not null,
        events text[] not null check (cardinality(events) > 0),
        project text,
        secret bytea not null,
        active boolean not null default true,
        created_at timestamptz not null default now()
      )`,
  },
  {
    name: 'notifier-2-deliveries',
    sql: `
      create table deliveries (
        id uuid primary key default gen_random_uuid(),
        number bigint not null unique generated always as identity,
        subscription uuid not null references subscriptions (id) on delete cascade,
        target text not null,
        event_id uuid not null,
        event jsonb not null,
        run uuid,
        status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
        attempts int not null default 0,
        next_attempt_at timestamptz default clock_timestamp(),
        -- While somebody is at it; when they die, another goes on after this.
        leased_until timestamptz,
        attempted_at timestamptz,
        response_code int,
        error text,
        created_at timestamptz not null default now(),
        unique (event_id, subscription),
        check ((status = 'pending') = (next_attempt_at is not null))
      );
      create index on deliveries (target, next_attempt_at) where status = 'pending';
      create index on deliveries (subscription, number);
      create index on deliveries (run)`,
  },
];
