import type { Migration } from '@sluice/database';

export const CONDUCTOR_MIGRATIONS: Migration[] = [
  {
    name: 'conductor-1-runs',
    sql: `
      create table runs (
        id uuid primary key,
        project text not null,
        number int not null,
        ref text not null,
        commit text not null,
        pusher text not null,
        subject text not null,
        clone_url text not null,
        -- When the push was accepted: decides which of two runs of a branch is the newer one.
        pushed_at timestamptz not null,
        status text not null,
        reason text,
        -- What the run carries along its path; null until the build has made it.
        images jsonb,
        config jsonb,
        -- Milliseconds, as clients see them: they come back as the position in a list.
        created_at timestamptz not null default date_trunc('milliseconds', now()),
        finished_at timestamptz,
        unique (project, number)
      )`,
  },
  {
    name: 'conductor-2-steps',
    sql: `
      create table steps (
        id uuid primary key default gen_random_uuid(),
        run uuid not null references runs (id) on delete cascade,
        position int not null,
        -- Counts the retries of this position; the highest is the one that stands.
        try int not null default 1,
        kind text not null check (kind in ('stage', 'gate', 'verdict')),
        stage text,
        environment text not null,
        from_environment text,
        status text not null default 'pending',
        requested_at timestamptz,
        started_at timestamptz,
        finished_at timestamptz,
        result jsonb,
        failure jsonb,
        unique (run, position, try)
      )`,
  },
  {
    name: 'conductor-3-decisions',
    sql: `
      create table decisions (
        step uuid not null references steps (id) on delete cascade,
        user_id uuid not null,
        user_name text not null,
        approved boolean not null,
        note text,
        at timestamptz not null default now(),
        primary key (step, user_id)
      )`,
  },
  {
    name: 'conductor-4-indexes',
    sql: `
      create index runs_of_branch on runs (project, ref, pushed_at);
      create index runs_newest on runs (created_at desc, id);
      create index runs_open on runs (project) where finished_at is null;
      create index steps_open on steps (status) where status in ('requested', 'running', 'waiting')`,
  },
];
