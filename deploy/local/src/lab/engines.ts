import { importBusybox } from './busybox.js';
import { checkDataPath } from './data-path.js';
import { startEngine } from './engine.js';
import type { EngineName, Lab, LabEngine } from './lab.js';
import type { LabNetwork } from './network.js';
import type { LabContext } from './part.js';
import { ensureSwarm } from './swarm.js';

export type Engines = Pick<Lab, 'engines' | 'engineCount'>;

export interface EnginesOptions {
  readonly count: 1 | 4;
  readonly registry: string;
}

/** Last number of each engine's address. */
const HOSTS: Readonly<Record<EngineName, number>> = { dev: 10, test: 20, ops1: 31, ops2: 32 };

/** Starts the engines at once, gives them a base image, and makes OPS a swarm. */
export async function startEngines(
  context: LabContext,
  network: LabNetwork,
  { count, registry }: EnginesOptions,
): Promise<Engines> {
  const start = async (name: EngineName): Promise<LabEngine> => {
    context.report.step(name, 'starting');
    const engine = await startEngine(context, network, { name, address: `${network.prefix}.${HOSTS[name]}`, registry });
    context.report.step(name, 'ready');
    await importBusybox(engine);
    return engine;
  };

  if (count === 1) {
    const engine = await start('dev');
    await formSwarm(context, engine);
    return { engineCount: 1, engines: { dev: engine, test: engine, ops1: engine, ops2: engine } };
  }

  const operations = Promise.all([start('ops1'), start('ops2')]).then(async (nodes) => {
    await formSwarm(context, ...nodes);
    return nodes;
  });
  const [dev, test, [ops1, ops2]] = await Promise.all([start('dev'), start('test'), operations]);
  return { engineCount: 4, engines: { dev, test, ops1, ops2 } };
}

async function formSwarm({ report }: LabContext, manager: LabEngine, worker?: LabEngine): Promise<void> {
  const isNew = await ensureSwarm(manager, worker ? [worker] : []);
  if (isNew && worker) {
    await checkDataPath(manager, worker);
    report.step('swarm', 'made of two nodes, whose containers reach each other');
  } else {
    report.step('swarm', 'ready');
  }
}
