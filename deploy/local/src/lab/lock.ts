import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Folder } from './folder.js';
import { LabError } from './packages.js';
import { statOf } from './proc.js';
import { isSameProcess } from './processes.plan.js';
import type { Report } from './report.js';

interface Started {
  readonly pid: number;
  readonly startTime: number;
}

interface Holder extends Started {
  readonly reaper?: Started;
  readonly stopping?: boolean;
}

export interface Lock {
  /** Tells the next start what to wait for. */
  note(change: Pick<Holder, 'reaper' | 'stopping'>): void;
  release(): void;
}

/** A launcher whose npm was killed takes a moment to see it. */
const CLAIM_PATIENCE_MS = 1_500;
const STOP_PATIENCE_MS = 30_000;
const lockFile = (folder: Folder): string => join(folder.dir, 'lock.json');

/**
 * One launcher per folder. The kernel gives an abstract socket's name to one process and takes it back when that ends,
 * so there is no stale lock; the file only says who has it.
 */
export async function takeLock(folder: Folder, report: Report): Promise<Lock> {
  const server = await claimPatiently(folder, report);
  await formerReaperGone(holderOf(folder));

  let holder: Holder = { pid: process.pid, startTime: statOf(process.pid)!.startTime };
  const write = (): void => writeFileSync(lockFile(folder), JSON.stringify(holder), { mode: 0o600 });
  write();
  return {
    note: (change) => {
      holder = { ...holder, ...change };
      write();
    },
    release: () => {
      rmSync(lockFile(folder), { force: true });
      server.close();
    },
  };
}

/** The process that runs a lab on this folder, or undefined. */
export function labPid(folder: Folder): number | undefined {
  const holder = holderOf(folder);
  return holder && isSameProcess(holder, statOf(holder.pid)) ? holder.pid : undefined;
}

async function claimPatiently(folder: Folder, report: Report): Promise<Server> {
  const startedAt = Date.now();
  for (let isTold = false; ;) {
    const server = await claim(folder);
    if (server) return server;

    const isStopping = holderOf(folder)?.stopping === true;
    if (isStopping && !isTold) report.step('lab', 'waiting for another one to stop');
    isTold ||= isStopping;
    if (Date.now() - startedAt > (isStopping ? STOP_PATIENCE_MS : CLAIM_PATIENCE_MS)) throw heldBy(folder);
    await sleep(100);
  }
}

function claim(folder: Folder): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('listening', () => resolve(server));
    server.once('error', () => resolve(undefined));
    server.listen(`\0sluice-lab-${folder.id}`);
  });
}

function heldBy(folder: Folder): LabError {
  const pid = labPid(folder);
  const advice = pid ? ` Stop it with: kill ${pid}` : '';
  return new LabError(`A lab already runs on ${folder.dir}, started by process ${pid ?? 'unknown'}.${advice}`);
}

async function formerReaperGone(former: Holder | undefined): Promise<void> {
  const deadline = Date.now() + STOP_PATIENCE_MS;
  while (former?.reaper && isSameProcess(former.reaper, statOf(former.reaper.pid)) && Date.now() < deadline) {
    await sleep(50);
  }
}

function holderOf(folder: Folder): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lockFile(folder), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
