import { networkInterfaces } from 'node:os';
import { outputOf } from './command.js';
import { linkOf } from './folder.js';
import { startPart, type LabContext } from './part.js';
import { chooseSubnet, parseNetwork, type Network } from './subnet.plan.js';

/** The lab's own little network. */
export interface LabNetwork {
  /** First three numbers of the /24. */
  readonly prefix: string;
  /** This machine's address in it. */
  readonly address: string;
  /** The process in whose network namespace the bridge is. */
  readonly switchPid: number;
}

/**
 * A bridge in a network namespace of its own, and one link from it to ours. The machine's firewall never sees what the
 * engines say to each other, and when this process ends, the kernel removes bridge and link.
 * $1 pid of the launcher, $2 name of the link in our namespace, $3 our address.
 */
const SWITCH_SCRIPT = `
set -e
ip link set lo up
ip link add bridge type bridge
ip link set bridge up
ip link add uplink type veth peer name "$2" netns "$1"
ip link set uplink master bridge up
nsenter --net="/proc/$1/ns/net" ip address add "$3/24" dev "$2"
nsenter --net="/proc/$1/ns/net" ip link set "$2" up
exec sleep infinity
`;

export async function startNetwork(context: LabContext, former: string | undefined): Promise<LabNetwork> {
  const { folder, processes } = context;
  const prefix = chooseSubnet(folder.id, await takenNetworks(), former);
  const address = `${prefix}.1`;
  const link = linkOf(folder);

  await startPart(context, {
    name: 'network',
    command: 'unshare',
    args: ['--net', 'sh', '-c', SWITCH_SCRIPT, 'switch', String(process.pid), link, address],
    restarts: false, // The engines' links end with it.
    options: { kind: 'network', stopSignal: 'SIGKILL' }, // Nothing to save: the namespace is all there is.
    isReady: async () => Boolean(networkInterfaces()[link]?.some((own) => own.address === address)),
  });
  return { prefix, address, switchPid: processes.get('network')!.record.pid };
}

interface Route {
  readonly dst: string;
}

async function takenNetworks(): Promise<Network[]> {
  const routes = JSON.parse(await outputOf('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])) as Route[];
  return routes.filter(({ dst }) => /^\d/.test(dst)).map(({ dst }) => parseNetwork(dst));
}
