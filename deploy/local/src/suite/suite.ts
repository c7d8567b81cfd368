import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SERVICES, type Service } from '@sluice/contracts';
import {
  LabError,
  type Lab,
  type ProcessTable,
  type Report,
  type RunningLab,
  type RunningProcess,
} from '../lab/index.js';
import { CHECKOUT } from './checkout.js';
import { keepKeys, type Keys } from './keys.js';
import { provisionDatabase } from './provision.js';
import { planServiceEnv, urlOf } from './service-env.plan.js';

export interface SuiteOptions {
  readonly oneProcess?: boolean;
  readonly logLevel?: string;
}

export interface RunningSuite {
  readonly lab: Lab;
  readonly keys: Keys;
  /** The gateway, the one public door. */
  readonly url: string;
  readonly processes: ProcessTable;
  /** Milliseconds from the first process's start until every service was ready. */
  readonly readyAfterMs: number;
}

/**
 * Services mostly wait: a small nursery and code kept small halve what each holds in memory, and their work is elsewhere, in
 * engines and databases. Without them V8 keeps the room that loading the modules once took.
 */
const NODE_FLAGS = ['--max-semi-space-size=1'];
const RESTART_AFTER_MS = 300;
const READY_WITHIN_MS = 90_000;

/** Starts all services on a lab and keeps them running: one that dies is started again. They end with the lab. */
export async function startSuite(
  { lab, processes }: RunningLab,
  options: SuiteOptions,
  report: Report,
): Promise<RunningSuite> {
  const keys = keepKeys(lab.dir);
  report.step('database', 'roles and schemas');
  await provisionDatabase(lab, keys);

  const env = planServiceEnv(lab, keys, options.logLevel ?? 'info');
  report.step('services', options.oneProcess ? 'starting, all in one process' : 'starting, one process each');
  const startedAt = Date.now();
  starts.clear();
  if (options.oneProcess) {
    const envDir = writeEnvFiles(lab.dir, env);
    await keepRunning(processes, 'all', bundleOf('all'), { SLUICE_ENV_DIR: envDir });
  } else {
    await Promise.all(SERVICES.map((service) => keepRunning(processes, service, bundleOf(service), env[service])));
  }
  await Promise.all(
    SERVICES.map((service) => untilReady(lab, service, processes, options.oneProcess ? 'all' : service)),
  );
  const readyAfterMs = Date.now() - startedAt;
  report.step('services', `ready in ${(readyAfterMs / 1000).toFixed(1)} s`);
  return { lab, keys, url: urlOf(lab, 'gateway'), processes, readyAfterMs };
}

const bundleOf = (name: string): string => join(CHECKOUT, `deploy/bundle/dist/${name}.mjs`);

/** For `services/all`, which is one process but eight configurations. */
function writeEnvFiles(dir: string, env: Record<Service, Record<string, string>>): string {
  const folder = join(dir, 'env');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [service, variables] of Object.entries(env)) {
    const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(join(folder, `${service}.env`), lines.join(''), { mode: 0o600 });
  }
  return folder;
}

/** Starts per program; one that cannot start is not tried for ever. */
const starts = new Map<string, number>();
const HOPELESS_STARTS = 4;

async function keepRunning(
  processes: ProcessTable,
  name: string,
  program: string,
  env: Record<string, string>,
): Promise<void> {
  const start = (): Promise<RunningProcess> => {
    starts.set(name, (starts.get(name) ?? 0) + 1);
    return processes.spawnRecorded(name, process.execPath, [...NODE_FLAGS, program], { env, kind: 'service' });
  };
  const watch = ({ ended }: RunningProcess): void =>
    void ended.then(async () => {
      if (processes.isUnwanted(name)) return;
      await sleep(RESTART_AFTER_MS);
      if (!processes.isUnwanted(name) && !processes.get(name)) watch(await start());
    });
  watch(await start());
}

async function untilReady(lab: Lab, service: Service, processes: ProcessTable, name: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${urlOf(lab, service)}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    if (processes.isStopping) throw new LabError('Stopped before the services were ready.');
    if (Date.now() > deadline || (starts.get(name) ?? 0) > HOPELESS_STARTS) {
      const said = (await answer?.text().catch(() => '')) ?? '';
      throw new LabError(`${service} does not become ready. ${said}\n${lastLines(processes.folder.logs, name)}`);
    }
    await sleep(100);
  }
}

export function lastLines(logs: string, name: string, count = 15): string {
  try {
    return readFileSync(join(logs, `${name}.log`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-count)
      .join('\n');
  } catch {
    return '';
  }
}
