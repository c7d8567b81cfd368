import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@sluice/contracts';
import type { Benchmark } from './bench.js';
import { round } from './statistics.js';

/** Long enough for the collector to give back what the start needed. */
const IDLE_MS = 20_000;

/** Memory of all services idle, and how long they take to come up: as eight processes and as one. */
export const footprint: Benchmark = async ({ running, report, startSuite }) => {
  const measure = async (
    names: readonly string[],
    oneProcess: boolean,
  ): Promise<{ pssMB: number; rssMB: number; upSeconds: number }> => {
    // The first start makes schemas and queues; the second is what a restart costs.
    await startSuite(oneProcess);
    await running.processes.stopNamed(names);
    const { readyAfterMs } = await startSuite(oneProcess);
    report.step('bench', 'idle');
    await sleep(IDLE_MS);
    const figures = names.map((name) => memoryOf(running.processes.get(name)!.record.pid));
    await running.processes.stopNamed(names);
    return {
      pssMB: round(figures.reduce((sum, { pss }) => sum + pss, 0)),
      rssMB: round(figures.reduce((sum, { rss }) => sum + rss, 0)),
      upSeconds: round(readyAfterMs / 1000),
    };
  };

  const processes = await measure(SERVICES, false);
  const one = await measure(['all'], true);
  return {
    lines: [
      `eight processes: ${processes.pssMB} MB together (PSS), up in ${processes.upSeconds} s`,
      `one process:     ${one.rssMB} MB resident, up in ${one.upSeconds} s`,
    ],
    json: {
      processesPssMB: processes.pssMB,
      processesUpSeconds: processes.upSeconds,
      oneProcessRssMB: one.rssMB,
      oneProcessUpSeconds: one.upSeconds,
    },
  };
};

/** Megabytes (10⁶). PSS shares what several processes map; /proc/<pid>/smaps_rollup. */
function memoryOf(pid: number): { pss: number; rss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return { pss: field('Pss'), rss: field('Rss') };
}
