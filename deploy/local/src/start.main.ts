import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { labPid, LabError, planFolder, startLab, terminalReport } from './lab/index.js';
import {
  Api,
  ApiError,
  keepKeys,
  labDir,
  lastLines,
  onInterrupt,
  planEnvironments,
  seedEnvironments,
  startSuite,
  untilInterrupted,
  urlOf,
  type RunningSuite,
} from './suite/index.js';
import { readLab } from './lab/index.js';

/** `npm start`: Sluice on the lab for real use; data is kept between starts. */
const { values } = parseArgs({
  options: {
    detach: { type: 'boolean', default: false },
    'one-process': { type: 'boolean', default: false },
    engines: { type: 'string', default: '4' },
    dir: { type: 'string' },
  },
});
const dir = labDir(values.dir);
const report = terminalReport(process.stderr);
const DETACHED_WITHIN_MS = 10 * 60_000;

try {
  if (values.engines !== '1' && values.engines !== '4') throw new LabError('--engines is 1 or 4.');
  await (values.detach ? detach() : run(values.engines === '1' ? 1 : 4));
} catch (error) {
  if (!(error instanceof LabError) && !(error instanceof ApiError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function run(engines: 1 | 4): Promise<void> {
  const signal = onInterrupt();
  const running = await startLab({ dir, engines, signal }, report);
  try {
    const suite = await startSuite(running, { oneProcess: values['one-process'] }, report);
    const admin = await signIn(suite);
    await seedEnvironments(admin, planEnvironments(suite.lab, 1));
    tell(suite.url, suite.keys.adminPassword);
    await untilInterrupted(signal);
    report.step('sluice', 'stopping');
  } finally {
    await running.stop();
  }
  report.step('sluice', 'stopped; its data is kept');
}

async function signIn({ url, keys }: RunningSuite): Promise<Api> {
  return Api.login(url, 'admin', keys.adminPassword).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw new LabError(
      `The database holds a Sluice whose administrator has another password than ${dir}/suite.json says. Give the folder that belongs to it by --dir, or another database.`,
    );
  });
}

function tell(url: string, adminPassword: string): void {
  report.step('sluice', `ready at ${url}`);
  // The password is for the person at this terminal; a log file gets told where it is.
  report.step(
    'sluice',
    process.stderr.isTTY
      ? `sign in as admin with ${adminPassword}`
      : `the administrator's password is in ${dir}/suite.json`,
  );
  report.step('sluice', values.detach ? 'npm stop ends it' : 'Ctrl-C ends it');
}

/** Starts this program once more in the background and waits until it is ready. */
async function detach(): Promise<void> {
  const folder = planFolder(dir);
  const already = labPid(folder);
  if (already)
    throw new LabError(
      `Sluice or its lab runs already on ${dir} (process ${already}). npm run status shows it, npm stop ends it.`,
    );
  mkdirSync(folder.logs, { recursive: true });
  const log = openSync(join(folder.logs, 'start.log'), 'w', 0o600);
  const args = process.argv.slice(2).filter((arg) => arg !== '--detach');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', () => reject(new LabError(`Sluice did not start:\n${lastLines(folder.logs, 'start')}`)));
  });

  report.step('sluice', `starting in the background; its log is ${join(folder.logs, 'start.log')}`);
  await Promise.race([ended, untilReady()]);
  child.unref();
  const url = urlOf(readLab(dir)!, 'gateway');
  tell(url, keepKeys(dir).adminPassword);
  process.exit(0);
}

async function untilReady(): Promise<void> {
  const deadline = Date.now() + DETACHED_WITHIN_MS;
  const folder = planFolder(dir);
  while (Date.now() < deadline) {
    if (lastLines(folder.logs, 'start').includes('ready at http')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new LabError(
    `Sluice is not ready after ${DETACHED_WITHIN_MS / 60_000} minutes; see ${join(folder.logs, 'start.log')}.`,
  );
}
