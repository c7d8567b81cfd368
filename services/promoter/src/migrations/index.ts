import type { Migration } from '@sluice/database';

export const MIGRATIONS: Migration[] = [
  {
    name: 'promoter-1-promotions',
    sql: `
      create table promotions (
        id bigint generated always as identity primary key,
        run uuid not null,
        step uuid not null,
        project text not null,
        service text not null,
        -- Where the digest is now, without the registry's host.
        repository text not null,
        digest text not null,
        tag text not null,
        from_environment text not null,
        environment text not null,
        at timestamptz not null default now(),
        -- A repeated step promotes the same digests and leaves one row each.
        unique (step, service)
      )`,
  },
  {
    name: 'promoter-2-promotions-by-project',
    sql: `create index promotions_by_project on promotions (project, id desc)`,
  },
];
