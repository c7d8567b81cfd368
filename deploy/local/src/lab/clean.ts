import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf } from './command.js';
import { linkOf, type Folder } from './folder.js';
import { allPids, statOf, wasStartedWith } from './proc.js';
import type { ProcessRecord } from './processes.plan.js';
import { markOf, readRecords } from './processes.js';
import { isAlive, stopProcesses } from './stop-processes.js';

const CGROUPS = '/sys/fs/cgroup';

/**
 * Ends and removes what a lab on this folder left; answers the names of the processes it found alive.
 *
 * Namespaces, links, mounts, firewall rules and shared memory need no list: each belongs to the namespaces of a process,
 * and the kernel removes them with it, if not at once. What outlives its process are control groups and files.
 */
export async function cleanUp(folder: Folder): Promise<string[]> {
  const recorded = readRecords(folder.dir).filter(isAlive);
  await stopProcesses(recorded);

  // A launcher killed between starting a process and recording it leaves one that only its mark tells.
  const marked = markedProcesses(folder);
  await stopProcesses(marked);

  await removeLink(linkOf(folder));
  await removeControlGroups(folder.id);
  for (const name of ['processes.json', 'lab.json']) rmSync(join(folder.dir, name), { force: true });
  rmSync(folder.sockets, { recursive: true, force: true });
  return [...recorded, ...marked].map((record) => record.name);
}

function markedProcesses(folder: Folder): ProcessRecord[] {
  return allPids()
    .filter((pid) => pid !== process.pid && wasStartedWith(pid, markOf(folder)))
    .flatMap((pid) => {
      const stat = statOf(pid);
      if (!stat) return [];
      return [{ name: `pid ${pid}`, pid, ...stat, kind: 'part', stopSignal: 'SIGTERM', graceMs: 3_000, inner: false }];
    });
}

/** The kernel takes its time to bury the other end's namespace; nobody should see the link in the meantime. */
async function removeLink(name: string): Promise<void> {
  if (!existsSync(`/sys/class/net/${name}`)) return;
  await outputOf('ip', ['link', 'delete', name]).catch((error: Error) => {
    if (existsSync(`/sys/class/net/${name}`)) throw error; // Otherwise the kernel was quicker.
  });
}

/** Version 1 has a hierarchy per controller below the root, version 2 is the root itself. */
async function removeControlGroups(id: string): Promise<void> {
  const hierarchies = existsSync(join(CGROUPS, 'cgroup.controllers'))
    ? [CGROUPS]
    : foldersIn(CGROUPS).map((name) => join(CGROUPS, name));
  for (const hierarchy of hierarchies) await removeControlGroup(join(hierarchy, `sluice-${id}`));
}

async function removeControlGroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const child of foldersIn(path)) await removeControlGroup(join(path, child));

  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmdirSync(path);
    } catch (error) {
      // Busy until the kernel has buried the last process in it.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt === 50) throw error;
      await sleep(20);
    }
  }
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
