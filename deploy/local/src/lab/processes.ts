import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from './environment.js';
import type { Folder } from './folder.js';
import { statOf } from './proc.js';
import type { ProcessRecord } from './processes.plan.js';
import { signalProcess, stopProcess, stopProcesses } from './stop-processes.js';

const LOG_MAX_BYTES = 20_000_000;

export interface SpawnOptions {
  /** Added to the launcher's own environment. Credentials go here or into files, never into arguments. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The log's name below `.sluice/logs`, without `.log`; the process's name when absent. */
  readonly log?: string;
  readonly kind?: ProcessRecord['kind'];
  readonly stopSignal?: NodeJS.Signals;
  readonly graceMs?: number;
  readonly inner?: boolean;
}

export interface RunningProcess {
  readonly record: ProcessRecord;
  readonly logFile: string;
  /** How it ended, as text: `exit code 1` or `SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
}

const recordsFile = (dir: string): string => join(dir, 'processes.json');

/** Marks everything that a lab starts; whatever carries it is the lab's, whoever its parent is now. */
export const markOf = (folder: Folder): string => `SLUICE_LAB=${folder.dir}`;

/** What an earlier or running launcher recorded. */
export function readRecords(dir: string): ProcessRecord[] {
  try {
    return JSON.parse(readFileSync(recordsFile(dir), 'utf8')) as ProcessRecord[];
  } catch {
    return [];
  }
}

/** The processes of one launcher. Each is on disk, so that the reaper or the next start can end it. */
export class ProcessTable {
  private readonly running = new Map<string, RunningProcess>();
  private readonly unwanted = new Set<string>();
  private stopping = false;

  constructor(readonly folder: Folder) {}

  get isStopping(): boolean {
    return this.stopping;
  }

  /** Starts a program in a session of its own, so that the terminal's Ctrl-C reaches only the launcher. */
  async spawnRecorded(
    name: string,
    command: string,
    args: readonly string[],
    options: SpawnOptions = {},
  ): Promise<RunningProcess> {
    if (this.stopping) throw new Error(`The lab is stopping: ${name} is not started.`);

    this.unwanted.delete(name);
    const logFile = join(this.folder.logs, `${options.log ?? name}.log`);
    const log = openLog(logFile);
    const [markName, markValue] = markOf(this.folder).split('=') as [string, string];
    const child = spawn(command, args, {
      cwd: options.cwd ?? this.folder.dir,
      env: { ...environment, ...options.env, [markName]: markValue },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);

    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    if (child.pid === undefined) throw new Error(`${name} cannot be started: ${await ended}`);

    const record: ProcessRecord = {
      name,
      pid: child.pid,
      startTime: statOf(child.pid)?.startTime ?? 0,
      kind: options.kind ?? 'part',
      stopSignal: options.stopSignal ?? 'SIGTERM',
      graceMs: options.graceMs ?? 8_000,
      inner: options.inner ?? false,
    };
    const started = { record, logFile, ended };
    this.running.set(name, started);
    this.write();
    void ended.then(() => this.forget(started));
    return started;
  }

  get(name: string): RunningProcess | undefined {
    return this.running.get(name);
  }

  /** Signals one process by name: for tests that kill a part or a worker. */
  signal(name: string, signal: NodeJS.Signals): void {
    const found = this.running.get(name);
    if (!found) throw new Error(`No process of this lab is called ${name}.`);
    signalProcess(found.record, signal);
  }

  async stop(name: string): Promise<void> {
    const found = this.running.get(name);
    if (found) await stopProcess(found.record);
  }

  /** Ends some for good: who watches them sees that they are not wanted any more. */
  async stopNamed(names: readonly string[]): Promise<void> {
    for (const name of names) this.unwanted.add(name);
    await Promise.all(names.map((name) => this.stop(name)));
  }

  isUnwanted = (name: string): boolean => this.stopping || this.unwanted.has(name);

  async stopAll(): Promise<void> {
    this.stopping = true;
    await stopProcesses([...this.running.values()].map(({ record }) => record));
  }

  private forget(ended: RunningProcess): void {
    if (this.running.get(ended.record.name) !== ended) return;
    this.running.delete(ended.record.name);
    this.write();
  }

  private write(): void {
    const records = [...this.running.values()].map(({ record }) => record);
    const file = recordsFile(this.folder.dir);
    if (records.length === 0) return rmSync(file, { force: true });

    writeFileSync(`${file}.new`, JSON.stringify(records, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** Appends, so that what happened before a restart can be read; a big log makes room once. */
export function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
