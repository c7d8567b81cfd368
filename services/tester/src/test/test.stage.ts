import type { ImageRef, StageResult } from '@sluice/contracts';
import { HandlesStage, StageFailure, type StageHandler, type StageJob } from '@sluice/stage';
import { ContainersClient, type ReportFile } from './containers.client.js';
import { readJUnit, type TestReport } from './junit.plan.js';
import {
  describeFailures,
  explain,
  imageUnderTest,
  planContainer,
  shortCommand,
  statusOf,
  type CommandResult,
  type TestCommand,
} from './test.plan.js';
import { TestsRepository } from './tests.repository.js';

const LAST_LINES = 20;

@HandlesStage('test')
export class TestStage implements StageHandler<'test'> {
  constructor(
    private readonly containers: ContainersClient,
    private readonly tests: TestsRepository,
  ) {}

  /** Every command in its order, each in a fresh container of the promoted image; the first that does not pass ends it. */
  async run(job: StageJob<'test'>): Promise<StageResult<'test'>> {
    const { environment, step, input, signal, output, log } = job;
    const commands = commandsOf(job);
    if (commands.length === 0) {
      output.line('there is no command to run', 'sluice');
      return { passed: 0 };
    }

    const tested = imageUnderTest(input.images);
    output.line(`testing ${tested.repository}@${tested.digest}`, 'sluice');
    const [image] = await Promise.all([
      this.containers.pull(environment, tested, signal),
      this.containers.clear(environment, { 'sluice.step': step }), // What a killed worker has left running.
    ]);
    for (const command of commands) await this.carryOut(command, image, tested, job);
    log.info({ digest: tested.digest, passed: commands.length }, 'image tested');
    return { passed: commands.length };
  }

  private async carryOut(command: TestCommand, image: string, tested: ImageRef, job: StageJob<'test'>): Promise<void> {
    job.output.line(`$ ${shortCommand(command.run)}`, 'sluice');
    const result = await this.execute(command, image, job);
    const status = statusOf(result);
    await this.tests.record({ ...job, digest: tested.digest, command, status, result });
    if (status === 'passed') return job.output.line(`passed in ${result.seconds.toFixed(1)} s`, 'sluice');

    const { exitCode, lastLines: lastLogLines } = result;
    const evidence = { exitCode, where: shortCommand(command.run), lastLogLines: [...lastLogLines] };
    throw new StageFailure(`test.${status}`, explain(command, result), evidence);
  }

  private async execute(command: TestCommand, image: string, job: StageJob<'test'>): Promise<CommandResult> {
    const { environment, signal, output } = job;
    const limit = AbortSignal.timeout(command.timeoutSeconds * 1000);
    const lastLines: string[] = [];
    const began = performance.now();
    const order = {
      environment,
      spec: planContainer(image, command, job),
      signal: AbortSignal.any([signal, limit]),
      reportPath: command.report,
      onLine: (line: string, stream: 'stdout' | 'stderr') => {
        output.line(line, stream);
        if (lastLines.push(line) > LAST_LINES) lastLines.shift();
      },
    };

    const outcome = await this.containers.run(order).catch((error: unknown) => {
      if (signal.aborted || !limit.aborted) throw error;
      return undefined; // The time was up, and the container is gone.
    });
    const seconds = (performance.now() - began) / 1000;
    if (!outcome) return { oomKilled: false, seconds, lastLines };
    const { exitCode, oomKilled } = outcome;
    return { exitCode, oomKilled, seconds, lastLines, report: readReport(outcome.report, job) };
  }
}

/** Questions are put to testers by the conductor; here they are only mentioned. */
function commandsOf({ input, output }: StageJob<'test'>): TestCommand[] {
  return input.config.test.flatMap((test, position) => {
    if (test.kind === 'run') return [{ ...test, position }];
    output.line(`a tester is asked, not this machine: ${test.ask}`, 'sluice');
    return [];
  });
}

/** A report explains; the exit code decides. So a bad one is only mentioned. */
function readReport(file: ReportFile | undefined, { output }: StageJob<'test'>): TestReport | undefined {
  if (!file) return undefined;
  try {
    if ('problem' in file) throw new Error(file.problem);
    const report = readJUnit(file.content.toString('utf8'));
    const text = `${report.tests} tests, ${report.failures} failed, ${report.skipped} skipped`;
    output.line(report.failures > 0 ? `report: ${describeFailures(report)}` : `report: ${text}`, 'sluice');
    return report;
  } catch (error) {
    output.line(`warning: the report cannot be used: ${(error as Error).message}`, 'sluice');
    return undefined;
  }
}
