import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Folder } from './folder.js';
import { LabError } from './packages.js';
import type { ProcessTable, RunningProcess, SpawnOptions } from './processes.js';
import type { Report } from './report.js';

/** What every part of the lab is given. */
export interface LabContext {
  readonly folder: Folder;
  readonly processes: ProcessTable;
  readonly report: Report;
}

export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  /** False when another start would not help those who use it. */
  readonly restarts?: false;
  /** True when the part answers its own protocol; false or a throw: not yet. */
  isReady(): Promise<boolean>;
}

const POLL_MS = 40;
const PATIENCE_MS = 60_000;
const RESTART_DELAY_MS = 300;
const RESTARTS_IN_VAIN = 5;

/** Starts a part, waits until it answers, and from then on starts it again whenever it ends by itself. */
export async function startPart(context: LabContext, part: Part): Promise<void> {
  const running = await context.processes.spawnRecorded(part.name, part.command, part.args, part.options);
  await untilReady(running, part);
  void running.ended.then((how) => startAgain(context, part, how));
}

async function startAgain(context: LabContext, part: Part, how: string): Promise<void> {
  const { processes, report } = context;
  if (processes.isStopping) return;
  if (part.restarts === false) return report.step(part.name, `ended by itself (${how}): start the lab again`);
  report.step(part.name, `ended by itself (${how}): starting it again`);

  for (let attempt = 1; attempt <= RESTARTS_IN_VAIN; attempt += 1) {
    await sleep(RESTART_DELAY_MS);
    if (processes.isStopping) return;
    try {
      await startPart(context, part);
      return report.step(part.name, 'runs again');
    } catch (error) {
      if (!processes.isStopping) report.step(part.name, (error as Error).message);
    }
  }
}

async function untilReady(running: RunningProcess, part: Part): Promise<void> {
  let how: string | undefined;
  void running.ended.then((text) => (how = text));

  const deadline = Date.now() + PATIENCE_MS;
  while (!(await part.isReady().catch(() => false))) {
    if (how !== undefined) throw new LabError(`${part.name} ended (${how}):\n${logTail(running.logFile)}`);
    if (Date.now() > deadline) throw new LabError(`${part.name} is not ready:\n${logTail(running.logFile)}`);
    await sleep(POLL_MS);
  }
}

const logTail = (path: string): string =>
  `${readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}\n(${path})`;
