import type { Environment } from '@sluice/contracts';
import type { SwarmNode } from '@sluice/docker';
import type { RenderedPort } from './rendered-stack.plan.js';

export interface PublishedService {
  readonly ports: readonly RenderedPort[];
  readonly nodes: readonly SwarmNode[];
  /** The ids of the nodes that run a task of it. */
  readonly running: readonly string[];
  readonly target: Pick<Environment, 'address'>;
}

/** A port of the mesh answers everywhere, so one address tells all; a port of the nodes answers where a task runs. */
export const addressesOf = ({ ports, nodes, running, target }: PublishedService): string[] =>
  ports.flatMap(({ published, mode }) => {
    const hosts =
      mode === 'host'
        ? nodes.filter(({ id }) => running.includes(id)).map(({ address }) => address)
        : [target.address ?? nodes.find(({ role, state }) => role === 'manager' && state === 'ready')?.address];
    return hosts.flatMap((host) => (host ? [`http://${host}:${published}`] : []));
  });
