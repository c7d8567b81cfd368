import type { Migration } from '@sluice/database';

export const BUILDER_MIGRATIONS: Migration[] = [
  {
    name: 'builder-1-images',
    sql: `
      create table images (
        run uuid not null,
        -- The compose service, or app.
        service text not null,
        repository text not null,
        digest text not null,
        created_at timestamptz not null default now(),
        primary key (run, service)
      )`,
  },
];
