import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Folder } from './folder.js';
import { LabError } from './packages.js';
import { statOf } from './proc.js';
import { isSameProcess } from './processes.plan.js';

interface Holder {
  readonly pid: number;
  readonly startTime: number;
  readonly reaper?: { readonly pid: number; readonly startTime: number };
}

export interface Lock {
  /** Lets the next start wait for a reaper that is still at work. */
  note(reaper: { pid: number; startTime: number }): void;
  release(): void;
}

const REAPER_PATIENCE_MS = 30_000;
const lockFile = (folder: Folder): string => join(folder.dir, 'lock.json');

/**
 * One launcher per folder. The kernel gives an abstract socket's name to one process and takes it back when that ends,
 * so there is no stale lock; the file only says who has it.
 */
export async function takeLock(folder: Folder): Promise<Lock> {
  const server = await claim(folder);
  await formerReaperGone(holderOf(folder));

  const holder: Holder = { pid: process.pid, startTime: statOf(process.pid)!.startTime };
  write(folder, holder);
  return {
    note: ({ pid, startTime }) => write(folder, { ...holder, reaper: { pid, startTime } }),
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

function claim(folder: Folder): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('listening', () => resolve(server));
    server.once('error', () => {
      const who = labPid(folder);
      const stop = who ? ` Stop it with: kill ${who}` : '';
      reject(new LabError(`A lab already runs on ${folder.dir}, started by process ${who ?? 'unknown'}.${stop}`));
    });
    server.listen(`\0sluice-lab-${folder.id}`);
  });
}

async function formerReaperGone(former: Holder | undefined): Promise<void> {
  const deadline = Date.now() + REAPER_PATIENCE_MS;
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

const write = (folder: Folder, holder: Holder): void =>
  writeFileSync(lockFile(folder), JSON.stringify(holder), { mode: 0o600 });
