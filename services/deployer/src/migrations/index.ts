import type { Migration } from '@sluice/database';

export const MIGRATIONS: Migration[] = [
  {
    name: 'deployer-1-previews',
    sql: `
      create table previews (
        id uuid primary key default gen_random_uuid(),
        environment text not null,
        project text not null,
        branch text not null,
        run uuid not null,
        step uuid not null,
        commit text not null,
        status text not null check (status in ('starting', 'running', 'failed', 'ended')),
        container text,
        -- Kept after the end: the branch's next preview is at the same address.
        host_port int,
        address text,
        expires_at timestamptz not null,
        started_at timestamptz not null default now(),
        unique (environment, project, branch)
      )`,
  },
  {
    name: 'deployer-2-ports',
    sql: `
      create table ports (
        environment text not null,
        project text not null,
        docker_host text not null,
        published int not null,
        primary key (environment, project),
        -- Environments that share a swarm share its ports.
        unique (docker_host, published)
      )`,
  },
  {
    name: 'deployer-3-releases',
    sql: `
      create table releases (
        id uuid primary key default gen_random_uuid(),
        project text not null,
        environment text not null,
        number int not null,
        run uuid not null,
        commit text not null,
        -- The step that made it; a repeat of the step finds it by this and goes on.
        step uuid not null unique,
        -- The number of the release that this one brings back; empty for one that a run made.
        restores int,
        stack_file text not null,
        images jsonb not null,
        deadline_seconds int not null,
        -- 'failed' and unfinished means that the stack is on its way back.
        status text not null check (status in ('deploying', 'succeeded', 'failed', 'rolled_back', 'needs_attention')),
        code text,
        reason text,
        evidence jsonb,
        addresses jsonb,
        -- In milliseconds, as clients know it: a page ends at a moment that they name.
        created_at timestamptz not null default date_trunc('milliseconds', now()),
        finished_at timestamptz,
        unique (project, environment, number)
      )`,
  },
  {
    name: 'deployer-4-unfinished-releases',
    sql: `create index unfinished_releases on releases (created_at) where finished_at is null`,
  },
  {
    name: 'deployer-5-installation',
    // One row: whose previews are whose, where several Sluices share an engine.
    sql: `create table installation as select gen_random_uuid() as id`,
  },
];
