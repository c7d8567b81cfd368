import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labDir, LabError, onInterrupt, startFresh, startLab, startSuite, terminalReport } from '@sluice/local';
import type { Benchmark } from './bench.js';
import { eventLatency } from './event-latency.bench.js';
import { footprint } from './footprint.bench.js';
import { promotion } from './promotion.bench.js';
import { pushToLive } from './push-to-live.bench.js';

/** `npm run bench -- <name> [--runs N] [--json]`: measures on a lab of its own. */
const BENCHMARKS: Record<string, Benchmark> = {
  'push-to-live': pushToLive,
  promotion,
  footprint,
  'event-latency': eventLatency,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string' },
    dir: { type: 'string', default: join(labDir(), 'bench') },
  },
});
const report = terminalReport(process.stderr);
const signal = onInterrupt();

try {
  const benchmark = BENCHMARKS[positionals[0] ?? ''];
  if (!benchmark) throw new LabError(`Say which: npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')}`);
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0))
    throw new LabError('--runs takes a whole number from 1.');
  await measure(benchmark, runs);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function measure(benchmark: Benchmark, runs: number | undefined): Promise<void> {
  await startFresh(values.dir, report);
  const running = await startLab({ dir: values.dir, signal }, report);
  try {
    const { lines, json } = await benchmark({
      running,
      report,
      runs,
      startSuite: (oneProcess = false) => startSuite(running, { oneProcess, logLevel: 'info' }, report),
    });
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    if (values.json) process.stdout.write(`${JSON.stringify(json)}\n`);
  } finally {
    await running.stop();
  }
}
