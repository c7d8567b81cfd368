import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment } from './lab/environment.js';
import { LabError, startLab, terminalReport } from './lab/index.js';
import { CHECKOUT, labDir, onInterrupt, startFresh, startSuite } from './suite/index.js';

/** `npm test`: unit, integration and end-to-end tests, with a lab of their own. `-- --only unit` is one kind of them. */
const KINDS = ['unit', 'integration', 'e2e'] as const;
type Kind = (typeof KINDS)[number];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    dir: { type: 'string', default: join(labDir(), 'test') },
    'one-process': { type: 'boolean', default: false },
  },
});
const report = terminalReport(process.stderr);
const signal = onInterrupt();
const counts = { passed: 0, failed: 0 };

try {
  const kinds = KINDS.filter((kind) => !values.only || kind === values.only);
  if (kinds.length === 0) throw new LabError(`--only is one of ${KINDS.join(', ')}.`);
  if (kinds.includes('unit')) await runVitest('unit');
  if (kinds.some((kind) => kind !== 'unit')) await withLab(kinds);
} catch (error) {
  counts.failed++;
  process.stderr.write(
    `${error instanceof LabError || signal.aborted ? (error as Error).message : (error as Error).stack}\n`,
  );
}
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

async function withLab(kinds: readonly Kind[]): Promise<void> {
  await startFresh(values.dir, report);
  const running = await startLab({ dir: values.dir, signal }, report);
  try {
    if (kinds.includes('integration')) await runVitest('integration');
    if (kinds.includes('e2e')) {
      await startSuite(running, { oneProcess: values['one-process'] }, report);
      await runVitest('e2e');
    }
  } finally {
    report.step('lab', 'stopping');
    await running.stop();
  }
}

/** One kind of tests; what they count is added up for the closing line. */
async function runVitest(kind: Kind): Promise<void> {
  if (signal.aborted) throw new LabError('Stopped.');
  report.step('tests', kind);
  const result = join(labDir(), `${kind}.results.json`);
  mkdirSync(labDir(), { recursive: true });
  rmSync(result, { force: true });
  const args = ['run', '--project', kind, '--reporter=default', '--reporter=json', `--outputFile.json=${result}`];
  const child = spawn(process.execPath, [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...environment, SLUICE_TEST_LAB: values.dir },
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const code = await new Promise<number>((resolve) => child.on('close', (exit) => resolve(exit ?? 1)));
  const found = readResults(result);
  counts.passed += found.passed;
  // A suite that does not load counts no test, and is a failure all the same.
  counts.failed += found.failed > 0 || code === 0 ? found.failed : 1;
}

function readResults(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
