import type { FailedStep } from './build-log.plan.js';

/** The build itself failed: a bad Dockerfile, a command with an error, a base image that is not there. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  /** The step as the log names it, as in `[2/3] RUN npm ci`; undefined when it failed outside of any step. */
  readonly step: string | undefined;
  /** What the failing command ended with. BuildKit tells it only within its error text. */
  readonly exitCode: number | undefined;
  /** The log's end before the failure, oldest first. */
  readonly lastLines: readonly string[];

  constructor(detail: string, failed: FailedStep | undefined, lastLines: readonly string[]) {
    const exitCode = /exit code: (\d+)/.exec(failed?.error ?? detail)?.[1];
    super(failed && exitCode ? `the step ${failed.step} ended with exit code ${exitCode}` : readable(detail));
    this.step = failed?.step;
    this.exitCode = exitCode === undefined ? undefined : Number(exitCode);
    this.lastLines = failed?.lastLines ?? lastLines;
  }
}

/** Takes BuildKit's wrapping off: "failed to solve with frontend dockerfile.v0: …: the news". */
const readable = (detail: string): string =>
  detail.replace(
    /^(failed to solve( with frontend [\w.-]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = )+/,
    '',
  );
