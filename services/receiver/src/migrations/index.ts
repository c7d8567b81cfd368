import type { Migration } from '@sluice/database';

export const MIGRATIONS: Migration[] = [
  {
    name: 'receiver-1-heads',
    sql: `
      -- The commit of each branch that was announced last; all zeros when the branch was deleted.
      create table heads (
        project text not null,
        ref text not null,
        commit text not null,
        moved_at timestamptz not null default now(),
        primary key (project, ref)
      )`,
  },
  {
    name: 'receiver-2-pushes',
    sql: `
      create table pushes (
        id bigint generated always as identity primary key,
        -- Empty when a newer push of the branch had overtaken this one before it was announced.
        run uuid unique,
        project text not null,
        ref text not null,
        before text not null,
        commit text not null,
        pusher text not null,
        subject text not null,
        source text not null,
        received_at timestamptz not null default now()
      )`,
  },
  { name: 'receiver-3-pushes-of-project', sql: `create index pushes_of_project on pushes (project, id)` },
  {
    name: 'receiver-4-arrivals',
    sql: `
      -- Who is about to move a branch: should we be killed after git moved it, the sweep still knows.
      create table arrivals (
        project text not null,
        ref text not null,
        commit text not null,
        pusher text not null,
        arrived_at timestamptz not null default now(),
        primary key (project, ref, commit)
      )`,
  },
  {
    name: 'receiver-5-hook-deliveries',
    sql: `
      create table hook_deliveries (
        id bigint generated always as identity primary key,
        project text not null,
        source text not null,
        delivery text not null,
        event text not null,
        -- accepted, duplicate or ignored
        verdict text not null,
        reason text,
        run uuid,
        body_hash bytea not null,
        received_at timestamptz not null default now(),
        unique (project, source, delivery)
      )`,
  },
  {
    name: 'receiver-6-hook-deliveries-by-body',
    sql: `create index hook_deliveries_by_body on hook_deliveries (project, body_hash)`,
  },
];
