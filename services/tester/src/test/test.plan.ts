import type { ImageRef, RunRef, TestRun } from '@sluice/contracts';
import type { ContainerSpec } from '@sluice/docker';
import type { TestReport } from './junit.plan.js';

export const MEMORY_BYTES = 1024 ** 3;
const LONGEST_COMMAND = 120;
const NAMED_CASES = 10;

/** One `run:` of sluice.yml and where it stands there, from 0. */
export interface TestCommand extends TestRun {
  readonly position: number;
}

export interface StepNames {
  readonly run: RunRef;
  readonly step: string;
  readonly environment: string;
}

/** How a command ended. */
export interface CommandResult {
  /** Absent when the time was up. */
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  readonly seconds: number;
  readonly lastLines: readonly string[];
  readonly report?: TestReport;
}

/** Tests run inside `app`, or the first image where a stack has no service of that name. */
export const imageUnderTest = (images: readonly ImageRef[]): ImageRef =>
  images.find(({ service }) => service === 'app') ?? images[0]!;

/** What all containers of a step carry, and so how what a killed worker left is found. */
export const stepLabels = ({ run, step, environment }: StepNames): Record<string, string> => ({
  'sluice.run': run.id,
  'sluice.step': step,
  'sluice.project': run.project,
  'sluice.environment': environment,
});

/** The container of a command: from the image, with nothing but its own files and a bound on everything. */
export const planContainer = (
  image: string,
  { position, run: command }: TestCommand,
  names: StepNames,
): ContainerSpec => ({
  name: `sluice-test-${names.step}-${position}`,
  image,
  entrypoint: ['sh', '-c'],
  command: [command],
  env: {
    SLUICE_ENVIRONMENT: names.environment,
    SLUICE_PROJECT: names.run.project,
    SLUICE_COMMIT: names.run.commit,
    SLUICE_RUN: names.run.id,
  },
  labels: stepLabels(names),
  memoryBytes: MEMORY_BYTES,
  cpus: 1,
  pidsLimit: 512,
  network: 'none', // Only localhost: code from a repository reaches nobody from here.
});

export type TestStatus = 'passed' | 'failed' | 'timed_out';

export const statusOf = ({ exitCode }: CommandResult): TestStatus =>
  exitCode === undefined ? 'timed_out' : exitCode === 0 ? 'passed' : 'failed';

/** Why a command did not pass, for people. */
export function explain({ run, timeoutSeconds }: TestRun, result: CommandResult): string {
  const command = shortCommand(run);
  if (result.exitCode === undefined) return `"${command}" took longer than ${timeoutSeconds} s and was stopped.`;
  if (isWithoutShell(result)) {
    return `"${command}" could not be started: the image has no "sh". Tests run by "sh -c" inside the image; give it a shell.`;
  }
  if (result.oomKilled) return `"${command}" used more than 1 GiB of memory and was stopped.`;
  const cases = result.report && result.report.failures > 0 ? ` ${describeFailures(result.report)}` : '';
  return `"${command}" ended with exit code ${result.exitCode}.${cases}`;
}

export function describeFailures({ tests, failures, failed }: TestReport): string {
  const names = failed.slice(0, NAMED_CASES).map(({ name }) => `"${name}"`);
  const more = failures > names.length ? ', …' : '';
  return `${failures} of ${tests} tests failed: ${names.join(', ')}${more}.`;
}

/** A command is often a script of several lines. */
export function shortCommand(command: string): string {
  const [first = '', ...rest] = command.trim().split('\n');
  return rest.length > 0 || first.length > LONGEST_COMMAND ? `${first.slice(0, LONGEST_COMMAND)} …` : first;
}

/** The engine's words, and the only ones: nothing of the image has run. */
const isWithoutShell = ({ exitCode, lastLines }: CommandResult): boolean =>
  exitCode === 127 && lastLines.length === 1 && /exec: \\?"sh\\?": |exec: sh: |stat sh: /.test(lastLines[0]!);
