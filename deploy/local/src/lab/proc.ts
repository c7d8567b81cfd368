import { readdirSync, readFileSync } from 'node:fs';
import { parseStat, type ProcessStat } from './processes.plan.js';

/** What the kernel says of a process; undefined when it is gone. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

export const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** The children of a process, from the kernel's own parent links. */
export const childrenOf = (pid: number): number[] => allPids().filter((other) => statOf(other)?.parent === pid);

/** Whether a process was started with this `NAME=value` in its environment. */
export function wasStartedWith(pid: number, assignment: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(assignment);
  } catch {
    return false; // Gone, or not ours to read.
  }
}
