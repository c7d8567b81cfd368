/**
 * In the order in which they end: services finish their work in the parts that they use, and engines say goodbye to each
 * other over the network.
 */
const KINDS = ['service', 'part', 'network'] as const;

/** A process that the lab started, so that whoever cleans up ends exactly this one. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks between boot and start (`/proc/<pid>/stat`, field 22). With the pid it names one process for ever. */
  readonly startTime: number;
  /** Says what ends before what. */
  readonly kind: (typeof KINDS)[number];
  /** Asks for an orderly end. Postgres wants SIGINT: on SIGTERM it waits for its clients. */
  readonly stopSignal: NodeJS.Signals;
  /** After this long an orderly end is no longer waited for. */
  readonly graceMs: number;
  /** True for `unshare --fork`: the program is its only child, the first process of its own pid namespace. */
  readonly inner: boolean;
}

export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: number;
}

/** Reads `/proc/<pid>/stat`. The command's name in parentheses may hold anything, so fields count from the last one. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, parent: Number(fields[1]), startTime: Number(fields[19]) };
}

/** A pid is reused, and a zombie has ended already: only the same start time is the same process. */
export function isSameProcess(record: Pick<ProcessRecord, 'startTime'>, stat: ProcessStat | undefined): boolean {
  return stat !== undefined && stat.startTime === record.startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/** What ends together, wave after wave. */
export function stopWaves(records: readonly ProcessRecord[]): ProcessRecord[][] {
  return KINDS.map((kind) => records.filter((record) => record.kind === kind)).filter((wave) => wave.length > 0);
}
