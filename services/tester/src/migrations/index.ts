import type { Migration } from '@sluice/database';

export const TESTER_MIGRATIONS: Migration[] = [
  {
    name: 'tester-1-tests',
    sql: `
      create table tests (
        id bigint generated always as identity unique,
        step uuid not null,
        -- Of the command in sluice.yml, from 0.
        position int not null,
        run uuid not null,
        environment text not null,
        digest text not null,
        command text not null,
        status text not null check (status in ('passed', 'failed', 'timed_out')),
        exit_code int,
        seconds numeric(10, 3) not null,
        finished_at timestamptz not null default now(),
        primary key (step, position)
      )`,
  },
  {
    name: 'tester-2-test-reports',
    sql: `
      create table test_reports (
        step uuid not null,
        position int not null,
        tests int not null,
        failures int not null,
        skipped int not null,
        primary key (step, position),
        foreign key (step, position) references tests (step, position) on delete cascade
      )`,
  },
  {
    name: 'tester-3-test-cases',
    sql: `
      -- Those that failed: the others are only counted.
      create table test_cases (
        step uuid not null,
        position int not null,
        number int not null,
        name text not null,
        message text not null,
        primary key (step, position, number),
        foreign key (step, position) references test_reports (step, position) on delete cascade
      )`,
  },
  { name: 'tester-4-tests-of-run', sql: `create index tests_of_run on tests (run, id)` },
];
