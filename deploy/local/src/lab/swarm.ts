import { setTimeout as sleep } from 'node:timers/promises';
import { callEngine } from './engine.client.js';
import type { LabEngine } from './lab.js';

const MANAGER_PORT = 2377;
const READY_PATIENCE_MS = 40_000;

interface SwarmInfo {
  readonly NodeID: string;
  readonly NodeAddr: string;
  readonly LocalNodeState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  readonly ControlAvailable: boolean;
}

interface SwarmNode {
  readonly ID: string;
  readonly Status: { readonly State: string };
}

/** Makes the engines one swarm, or finds that they still are. Answers whether it had to be made anew. */
export async function ensureSwarm(manager: LabEngine, workers: readonly LabEngine[]): Promise<boolean> {
  const isNew = await ensureManager(manager);
  await Promise.all(workers.map((worker) => ensureWorker(manager, worker)));
  await untilAllReady(manager, [manager, ...workers]);
  await forgetStrangers(manager, [manager, ...workers]);
  return isNew;
}

const swarmOf = async (engine: LabEngine): Promise<SwarmInfo> =>
  (await callEngine<{ Swarm: SwarmInfo }>(engine, 'GET', '/info')).Swarm;

async function ensureManager(engine: LabEngine): Promise<boolean> {
  const swarm = await swarmOf(engine);
  if (swarm.LocalNodeState === 'active' && swarm.ControlAvailable && swarm.NodeAddr === engine.address) return false;

  await leave(engine, swarm);
  await callEngine(engine, 'POST', '/swarm/init', {
    body: {
      ListenAddr: `${engine.address}:${MANAGER_PORT}`,
      AdvertiseAddr: engine.address,
      DataPathAddr: engine.address,
    },
  });
  return true;
}

/** A worker belongs here if its manager knows it; after the network moved, both begin again. */
async function ensureWorker(manager: LabEngine, worker: LabEngine): Promise<void> {
  const swarm = await swarmOf(worker);
  const known = (await nodesOf(manager)).some((node) => node.ID === swarm.NodeID);
  const isIn = swarm.LocalNodeState === 'active' || swarm.LocalNodeState === 'pending';
  if (known && isIn && swarm.NodeAddr === worker.address) return;

  await leave(worker, swarm);
  const { JoinTokens } = await callEngine<{ JoinTokens: { Worker: string } }>(manager, 'GET', '/swarm');
  await callEngine(worker, 'POST', '/swarm/join', {
    body: {
      ListenAddr: `${worker.address}:${MANAGER_PORT}`,
      AdvertiseAddr: worker.address,
      DataPathAddr: worker.address,
      RemoteAddrs: [`${manager.address}:${MANAGER_PORT}`],
      JoinToken: JoinTokens.Worker,
    },
  });
}

const nodesOf = (manager: LabEngine): Promise<SwarmNode[]> => callEngine<SwarmNode[]>(manager, 'GET', '/nodes');

async function leave(engine: LabEngine, swarm: SwarmInfo): Promise<void> {
  if (swarm.LocalNodeState !== 'inactive') await callEngine(engine, 'POST', '/swarm/leave?force=true');
}

async function untilAllReady(manager: LabEngine, engines: readonly LabEngine[]): Promise<void> {
  const deadline = Date.now() + READY_PATIENCE_MS;
  while (Date.now() < deadline) {
    const wanted = await Promise.all(engines.map(async (engine) => (await swarmOf(engine)).NodeID));
    const ready = (await nodesOf(manager)).filter((node) => node.Status.State === 'ready').map((node) => node.ID);
    if (wanted.every((id) => ready.includes(id))) return;
    await sleep(100);
  }
  throw new Error('The nodes of the swarm did not become ready.');
}

/** Nodes of a worker's earlier membership: they are down for ever. */
async function forgetStrangers(manager: LabEngine, engines: readonly LabEngine[]): Promise<void> {
  const own = await Promise.all(engines.map(async (engine) => (await swarmOf(engine)).NodeID));
  const strangers = (await nodesOf(manager)).filter((node) => !own.includes(node.ID));
  for (const { ID } of strangers) await callEngine(manager, 'DELETE', `/nodes/${ID}?force=true`);
}
