import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, statOf } from './proc.js';
import { isSameProcess, stopWaves, type ProcessRecord } from './processes.plan.js';

const POLL_MS = 20;
/** The kernel takes a moment to tear down a pid namespace full of containers. */
const KILL_GRACE_MS = 10_000;

export const isAlive = (record: ProcessRecord): boolean => isSameProcess(record, statOf(record.pid));

/** Ends processes, in waves and each wave at once. Also those that a former launcher started. */
export async function stopProcesses(records: readonly ProcessRecord[]): Promise<void> {
  for (const wave of stopWaves(records)) await Promise.all(wave.map(stopProcess));
}

export async function stopProcess(record: ProcessRecord): Promise<void> {
  signalProcess(record, record.stopSignal);
  if (await isGoneWithin(record, record.graceMs)) return;

  signalProcess(record, 'SIGKILL');
  if (await isGoneWithin(record, KILL_GRACE_MS)) return;
  throw new Error(`Process ${record.pid} (${record.name}) does not end, not even by SIGKILL.`);
}

/** Signals the program itself: for a pid namespace its first process, whose end is the end of all in it. */
export function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (!isAlive(record)) return;

  const [inner] = record.inner ? childrenOf(record.pid) : [];
  for (const pid of signal === 'SIGKILL' ? [inner, record.pid] : [inner ?? record.pid]) {
    if (pid !== undefined) sendSignal(pid, signal);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // Ended in the meantime.
  }
}

async function isGoneWithin(record: ProcessRecord, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(record)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
