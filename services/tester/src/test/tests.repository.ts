import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import type { FailedCase, TestReport } from './junit.plan.js';
import type { CommandResult, StepNames, TestCommand, TestStatus } from './test.plan.js';

export interface CarriedOut extends StepNames {
  readonly digest: string;
  readonly command: TestCommand;
  readonly status: TestStatus;
  readonly result: CommandResult;
}

export interface TestRow {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly position: number;
  readonly environment: string;
  readonly digest: string;
  readonly command: string;
  readonly status: TestStatus;
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly finishedAt: Date;
  readonly report: TestReport | null;
}

/** What was tested, and how it ended. */
@Injectable()
export class TestsRepository {
  constructor(private readonly db: DataSource) {}

  /** A command that is carried out again, after a lost worker, replaces what that one recorded. */
  async record({ run, step, environment, digest, command, status, result }: CarriedOut): Promise<void> {
    const { position } = command;
    await this.db.transaction(async (tx) => {
      await tx.query('delete from tests where step = $1 and position = $2', [step, position]);
      await tx.query(
        `insert into tests (step, position, run, environment, digest, command, status, exit_code, seconds)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [step, position, run.id, environment, digest, command.run, status, result.exitCode ?? null, result.seconds],
      );
      if (result.report) await addReport(tx, step, position, result.report);
    });
  }

  /** In the order in which they ended. */
  page(run: string, after: string | undefined, limit: number): Promise<TestRow[]> {
    return this.db.query(
      `select t.id, t.run, t.step, t.position, t.environment, t.digest, t.command, t.status, t.exit_code as "exitCode",
         t.seconds::float8 as seconds, t.finished_at as "finishedAt",
         case when r.step is not null then jsonb_build_object(
           'tests', r.tests, 'failures', r.failures, 'skipped', r.skipped,
           'failed', coalesce((
             select jsonb_agg(jsonb_build_object('name', c.name, 'message', c.message) order by c.number)
             from test_cases c where c.step = t.step and c.position = t.position), '[]')) end as report
       from tests t left join test_reports r on r.step = t.step and r.position = t.position
       where t.run = $1 and t.id > $2 order by t.id limit $3`,
      [run, after ?? '0', limit],
    );
  }
}

async function addReport(tx: EntityManager, step: string, position: number, report: TestReport): Promise<void> {
  const { tests, failures, skipped, failed } = report;
  await tx.query('insert into test_reports (step, position, tests, failures, skipped) values ($1, $2, $3, $4, $5)', [
    step,
    position,
    tests,
    failures,
    skipped,
  ]);
  await tx.query(
    `insert into test_cases (step, position, number, name, message)
     select $1, $2, number, value->>'name', value->>'message'
     from jsonb_array_elements($3::jsonb) with ordinality as f(value, number)`,
    [step, position, JSON.stringify(failed satisfies readonly FailedCase[])],
  );
}
