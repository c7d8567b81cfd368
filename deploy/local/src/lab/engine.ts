import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callEngine } from './engine.client.js';
import type { EngineName, LabEngine } from './lab.js';
import type { LabNetwork } from './network.js';
import { startPart, type LabContext } from './part.js';

/**
 * Gives the engine a network namespace with one link to the lab's bridge, then all other namespaces. The outer shell still
 * sees the machine's processes, which the move of the link needs; the inner one is the first process of its pid namespace.
 * \`nsenter\` and \`unshare\` leave /sys alone: \`ip netns exec\` would hide the control groups from dockerd.
 * $1 pid of the switch, $2 name, $3 address, $4 configuration file.
 */
const SCRIPT = `
set -e
ip link set lo up
ip link add eth0 type veth peer name "to-$2" netns "$1"
nsenter --net="/proc/$1/ns/net" ip link set "to-$2" master bridge up
ip address add "$3/24" dev eth0
ip link set eth0 up
exec unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc sh -c "$5" "$2" "$4"
`;

/**
 * /run is private, so nothing of another engine is found there. The shell stays as the first process to bury the shims that
 * containers leave. $0 name, $1 configuration file.
 */
const INNER_SCRIPT = `
hostname "$0"
mount -t tmpfs -o mode=755 tmpfs /run
dockerd --config-file "$1" &
engine=$!
trap 'kill -TERM $engine' TERM
while kill -0 $engine 2>/dev/null; do wait $engine; done
`;

export interface EngineOptions {
  readonly name: EngineName;
  readonly address: string;
  /** `host:port` of the registry, which speaks plain HTTP. */
  readonly registry: string;
}

export async function startEngine(
  context: LabContext,
  network: LabNetwork,
  options: EngineOptions,
): Promise<LabEngine> {
  const { folder } = context;
  const { name, address } = options;
  const home = join(folder.dir, 'engines', name);
  mkdirSync(home, { recursive: true, mode: 0o711 });

  const engine: LabEngine = { dockerHost: `unix://${join(folder.sockets, `${name}.sock`)}`, address };
  const file = join(home, 'daemon.json');
  writeFileSync(file, JSON.stringify(configuration(folder.id, home, engine, options), null, 2));

  await startPart(context, {
    name,
    command: 'unshare',
    args: ['--net', 'sh', '-c', SCRIPT, 'engine', String(network.switchPid), name, address, file, INNER_SCRIPT],
    // A container that ignores SIGTERM would hold its engine for 15 s; engines and their data survive a kill.
    options: { inner: true, graceMs: 5_000 },
    isReady: async () => (await callEngine(engine, 'GET', '/_ping', { timeoutMs: 1_000 })) === 'OK',
  });
  return engine;
}

function configuration(id: string, home: string, engine: LabEngine, { name, registry }: EngineOptions): object {
  return {
    hosts: [engine.dockerHost],
    'data-root': join(home, 'data'),
    'exec-root': '/run/docker',
    pidfile: '/run/docker.pid',
    'insecure-registries': [registry],
    'cgroup-parent': `/sluice-${id}/${name}`,
    'exec-opts': ['native.cgroupdriver=cgroupfs'], // Also where systemd runs: the group is ours to remove.
    'log-level': 'warn',
    'log-opts': { 'max-size': '10m' },
    'shutdown-timeout': 3,
  };
}
