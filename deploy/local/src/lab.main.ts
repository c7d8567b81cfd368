import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LabError, startLab, terminalReport } from './lab/index.js';

/** The lab alone, until Ctrl-C or SIGTERM. A second Ctrl-C leaves the rest to the reaper. */
const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: '4' },
    dir: { type: 'string', default: resolve(checkout, '.sluice') },
  },
});
const report = terminalReport(process.stderr);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort()));
}

try {
  if (values.engines !== '1' && values.engines !== '4') throw new LabError('--engines is 1 or 4.');
  const engines = values.engines === '1' ? 1 : 4;
  const { lab, stop } = await startLab({ dir: values.dir, engines, signal: interrupted.signal }, report);
  report.step('lab', `ready; every address and credential is in ${lab.dir}/lab.json; Ctrl-C ends it`);
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => {
    if (interrupted.signal.aborted) resolve(undefined);
    interrupted.signal.addEventListener('abort', resolve);
  });
  clearInterval(keepAlive);
  report.step('lab', 'stopping');
  await stop();
  report.step('lab', 'nothing of it is left');
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
