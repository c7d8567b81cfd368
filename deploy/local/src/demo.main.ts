import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playDemo } from './demo/demo.js';
import { environment } from './lab/environment.js';
import { LabError, startLab, terminalReport } from './lab/index.js';
import { labDir, onInterrupt, painter, startFresh, startSuite, untilInterrupted } from './suite/index.js';

/** `npm run demo`: the main job on real parts, from nothing. `-- --once` ends by itself. */
const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    'one-process': { type: 'boolean', default: false },
    dir: { type: 'string', default: join(labDir(), 'demo') },
  },
});
const report = terminalReport(process.stdout);
const paint = painter(process.stdout, Boolean(environment.NO_COLOR));
const signal = onInterrupt();

try {
  process.exitCode = await demo();
} catch (error) {
  if (!(error instanceof LabError) && !signal.aborted) throw error;
  process.stdout.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function demo(): Promise<number> {
  await startFresh(values.dir, report);
  const running = await startLab({ dir: values.dir, signal }, report);
  try {
    const suite = await startSuite(running, { oneProcess: values['one-process'] }, report);
    const { line, ok, addresses } = await playDemo(suite, { paint, signal });
    if (!values.once && !signal.aborted) {
      process.stdout.write(
        `\n${addresses.map((address) => `  ${address}\n`).join('')}\n  Everything goes on running. Ctrl-C ends it.\n\n${line}\n`,
      );
      await untilInterrupted(signal);
    }
    report.step('demo', 'stopping');
    await running.stop();
    if (values.once) process.stdout.write(`${line}\n`);
    return ok ? 0 : 1;
  } finally {
    await running.stop();
  }
}
