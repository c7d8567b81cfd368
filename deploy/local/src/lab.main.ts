import { parseArgs } from 'node:util';
import { LabError, startLab, terminalReport } from './lab/index.js';
import { labDir } from './suite/checkout.js';
import { onInterrupt, untilInterrupted } from './suite/interrupt.js';

/** The lab alone, until Ctrl-C or SIGTERM. A second Ctrl-C leaves the rest to the reaper. */
const { values } = parseArgs({ options: { engines: { type: 'string', default: '4' }, dir: { type: 'string' } } });
const report = terminalReport(process.stderr);
const signal = onInterrupt();

try {
  if (values.engines !== '1' && values.engines !== '4') throw new LabError('--engines is 1 or 4.');
  const engines = values.engines === '1' ? 1 : 4;
  const { lab, stop } = await startLab({ dir: labDir(values.dir), engines, signal }, report);
  report.step('lab', `ready; every address and credential is in ${lab.dir}/lab.json; Ctrl-C ends it`);
  await untilInterrupted(signal);
  report.step('lab', 'stopping');
  await stop();
  report.step('lab', 'nothing of it is left');
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
