import type { RunningSuite, Report, RunningLab } from '@sluice/local';

/** What a benchmark is given. */
export interface Bench {
  readonly running: RunningLab;
  readonly report: Report;
  /** Repetitions, when the user named them. */
  readonly runs?: number;
  /** Starts the services on the lab. */
  startSuite(oneProcess?: boolean): Promise<RunningSuite>;
}

/** A line for people, and the figures for machines. */
export interface Figures {
  readonly lines: string[];
  readonly json: Record<string, unknown>;
}

export type Benchmark = (bench: Bench) => Promise<Figures>;
