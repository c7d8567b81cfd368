import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type Service } from '@sluice/contracts';
import { startBroker } from './broker.js';
import { cleanUp } from './clean.js';
import { startEngines, type Engines } from './engines.js';
import { givenParts, type Given } from './environment.js';
import { makeFolder, planFolder } from './folder.js';
import { givenBroker, givenEngines, givenPostgres, givenRegistry } from './given.js';
import { writeLab, type Lab } from './lab.js';
import { takeLock, type Lock } from './lock.js';
import { startNetwork } from './network.js';
import { ensurePackages, LabError, type NEEDS } from './packages.js';
import type { LabContext } from './part.js';
import { choosePorts } from './ports.js';
import { startPostgres } from './postgres.js';
import { openLog, ProcessTable } from './processes.js';
import { startReaper, type Reaper } from './reaper.js';
import { startRegistry } from './registry.js';
import type { Report } from './report.js';
import { keepSecrets, readJson, writeJson, type Secrets } from './secrets.js';

export interface LabOptions {
  /** The folder for everything of this lab: `.sluice` of the checkout. */
  readonly dir: string;
  /** 4: DEV, TEST and a swarm of two nodes for OPS. 1: one engine plays all of them. */
  readonly engines?: 1 | 4;
  /** Ends a start that is under way; `startLab` then rejects, with everything cleaned up. */
  readonly signal?: AbortSignal;
}

export interface RunningLab {
  readonly lab: Lab;
  /** Starts further processes that end with this lab, and before its parts. */
  readonly processes: ProcessTable;
  stop(): Promise<void>;
}

/** What is kept between starts, so that addresses stay the same. */
interface State {
  readonly subnet?: string;
  readonly ports?: Partial<Record<string, number>>;
}

const PART_PORTS = ['postgres', 'amqp', 'distribution', 'epmd', 'registry'] as const;
type Ports = Record<Service | (typeof PART_PORTS)[number], number>;

/** Starts every part that the environment does not give, all at once, and resolves when each has answered. */
export async function startLab(options: LabOptions, report: Report): Promise<RunningLab> {
  const folder = planFolder(options.dir);
  const given = givenParts();
  makeFolder(folder);

  const lock = await takeLock(folder, report);
  const processes = new ProcessTable(folder);
  let reaper: Reaper | undefined;
  const stop = once(() => end(processes, reaper, lock));
  const aborted = abortOf(options.signal);

  try {
    const left = await cleanUp(folder);
    if (left.length > 0) report.step('lab', `an earlier one was killed: ended ${left.join(', ')}`);
    makeFolder(folder);
    await preparePackages(given, join(folder.logs, 'packages.log'), report);
    reaper = startReaper(folder);
    lock.note({ reaper });

    const lab = await Promise.race([startParts({ folder, processes, report }, given, options.engines ?? 4), aborted]);
    writeLab(lab);
    return { lab, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(context: LabContext, given: Given, engineCount: 1 | 4): Promise<Lab> {
  const { folder } = context;
  const secrets = keepSecrets(folder);
  const state = readJson<State>(folder, 'state.json');
  const ports: Ports = await choosePorts([...SERVICES, ...PART_PORTS], state.ports);
  writeJson(folder, 'state.json', { ...state, ports });

  const [postgres, broker, places] = await Promise.all([
    given.databaseUrl
      ? givenPostgres(given.databaseUrl)
      : timed(context, 'postgres', startPostgres(context, ports.postgres, secrets.postgres)),
    given.amqpUrl
      ? givenBroker(given.amqpUrl)
      : timed(context, 'broker', startBroker(context, brokerPorts(ports), secrets)),
    startPlaces(context, given, engineCount, { ports, secrets, subnet: state.subnet }),
  ]);
  const services = Object.fromEntries(SERVICES.map((service) => [service, ports[service]])) as Record<Service, number>;
  return { dir: folder.dir, postgres, broker, ...places, ports: services };
}

interface Kept {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly subnet?: string;
}

/** The registry and the engines, and the network between them. Without engines of our own loopback is enough. */
async function startPlaces(
  context: LabContext,
  given: Given,
  engineCount: 1 | 4,
  { ports, secrets, subnet }: Kept,
): Promise<Pick<Lab, 'address' | 'registry'> & Engines> {
  const network = given.dockerHost ? undefined : await startNetwork(context, subnet);
  const address = network?.address ?? '127.0.0.1';
  if (network) writeJson(context.folder, 'state.json', { subnet: network.prefix, ports } satisfies State);

  const host = given.registryUrl ? new URL(given.registryUrl).host : `${address}:${ports.registry}`;
  const tokens = { address, port: ports.registry, tokenPort: ports.promoter, secret: secrets.registry };
  const [registry, engines] = await Promise.all([
    given.registryUrl ? givenRegistry(given.registryUrl) : timed(context, 'registry', startRegistry(context, tokens)),
    network
      ? startEngines(context, network, { count: engineCount, registry: host })
      : givenEngines(given.dockerHost!, context.report),
  ]);
  return { address, registry, ...engines };
}

const brokerPorts = ({ amqp, distribution, epmd }: Ports) => ({ amqp, distribution, epmd });

async function timed<T>({ report }: LabContext, name: string, work: Promise<T>): Promise<T> {
  report.step(name, 'starting');
  const result = await work;
  report.step(name, 'ready');
  return result;
}

async function preparePackages(given: Given, logFile: string, report: Report): Promise<void> {
  const parts: (keyof typeof NEEDS)[] = ['always'];
  if (!given.databaseUrl) parts.push('postgres');
  if (!given.amqpUrl) parts.push('broker');
  if (!given.registryUrl) parts.push('registry');
  if (!given.dockerHost) parts.push('engines');

  const log = openLog(logFile);
  await ensurePackages(parts, report, log).finally(() => closeSync(log));
  if (parts.length > 1 && process.getuid?.() !== 0) {
    throw new LabError(
      'The lab makes namespaces and starts Docker engines: run the same command as root, with sudo -E.',
    );
  }
}

/** Parts first; then the reaper looks whether anything is left, and goes; then another launcher may start. */
async function end(processes: ProcessTable, reaper: Reaper | undefined, lock: Lock): Promise<void> {
  lock.note({ stopping: true });
  await processes.stopAll();
  if (reaper) await reaper.dismiss();
  else await cleanUp(processes.folder);
  lock.release();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => (started ??= work());
}

function abortOf(signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new LabError('Stopped before everything was ready.')), {
      once: true,
    });
  });
  aborted.catch(() => undefined); // It may abort when nobody waits any more.
  return aborted;
}
