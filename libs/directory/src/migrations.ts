import type { Migration } from '@sluice/database';

/** The `directory` schema: written by the gateway, read by every service. */
export const DIRECTORY_MIGRATIONS: Migration[] = [
  {
    name: 'directory-1-users',
    sql: `
      create table directory.users (
        id uuid primary key default gen_random_uuid(),
        name text not null unique,
        password_hash text not null,
        admin boolean not null default false,
        active boolean not null default true,
        created_at timestamptz not null default now()
      )`,
  },
  {
    name: 'directory-2-tokens',
    sql: `
      create table directory.tokens (
        id uuid primary key default gen_random_uuid(),
        user_id uuid references directory.users (id) on delete cascade,
        service text,
        name text not null,
        -- SHA-256 of the token: 256 random bits need no slow hash.
        hash bytea not null unique,
        expires_at timestamptz,
        created_at timestamptz not null default now(),
        check ((user_id is null) <> (service is null))
      )`,
  },
  {
    name: 'directory-3-environments',
    sql: `
      create table directory.environments (
        name text primary key,
        purpose text not null check (purpose in ('preview', 'test', 'deploy')),
        position int not null unique,
        docker_host text not null,
        address text,
        publish text not null default 'ingress' check (publish in ('ingress', 'host')),
        approvals int not null default 0 check (approvals >= 0),
        robot_password bytea not null
      )`,
  },
  {
    name: 'directory-4-members',
    sql: `
      create table directory.members (
        environment text not null references directory.environments (name) on delete cascade,
        user_id uuid not null references directory.users (id) on delete cascade,
        role text not null check (role in ('viewer', 'member', 'owner')),
        primary key (environment, user_id)
      )`,
  },
  {
    name: 'directory-5-projects',
    sql: `
      create table directory.projects (
        name text primary key,
        id uuid not null unique default gen_random_uuid(),
        -- Where the repository lives when it is hosted elsewhere; empty for our own git remote.
        clone_url text,
        -- The branch that goes the whole path; others end after the first environment.
        branch text not null default 'main',
        hook_secret bytea not null,
        created_at timestamptz not null default now()
      )`,
  },
  {
    name: 'directory-6-secrets',
    sql: `
      create table directory.secrets (
        project text not null references directory.projects (name) on delete cascade,
        environment text not null references directory.environments (name) on delete cascade,
        name text not null,
        value bytea not null,
        updated_at timestamptz not null default now(),
        primary key (project, environment, name)
      )`,
  },
];
