import type { SwarmNode, SwarmService, SwarmState } from '@sluice/docker';
import { keptOff } from './placement.plan.js';
import type { RenderedService } from './rendered-stack.plan.js';

export interface Preflight {
  readonly environment: string;
  readonly stack: string;
  readonly swarm: SwarmState;
  readonly nodes: readonly SwarmNode[];
  /** All services that the swarm has now. */
  readonly services: readonly SwarmService[];
  readonly wanted: readonly RenderedService[];
}

/** What cannot work, all of it at once, before anything is changed. */
export function swarmProblems(preflight: Preflight): string[] {
  const { environment, swarm } = preflight;
  if (!swarm.active) return [`The engine of ${environment} is in no swarm: run "docker swarm init" there.`];
  if (!swarm.manager)
    return [`The engine of ${environment} is no manager of its swarm: give the environment another dockerHost.`];
  return [
    ...strangers(preflight),
    ...takenPorts(preflight),
    ...preflight.wanted.flatMap((service) => misfits(service, preflight)),
  ];
}

/** The same project's stack in another environment that shares the swarm: this release would replace it. */
function strangers({ environment, stack, services }: Preflight): string[] {
  const others = services
    .filter((service) => service.stack === stack)
    .map(({ labels }) => labels['sluice.environment'])
    .filter((other) => other !== environment);
  const owner = others[0] ?? 'somebody else';
  return others.length > 0
    ? [`The stack ${stack} is there already and belongs to ${owner}, which shares this swarm.`]
    : [];
}

function takenPorts({ stack, services, wanted }: Preflight): string[] {
  const ports = wanted.flatMap(({ ports }) => ports.map(({ published }) => published));
  const twice = ports
    .filter((port, at) => ports.indexOf(port) !== at)
    .map((port) => `Port ${port} is published twice.`);
  const taken = services
    .filter((service) => service.stack !== stack)
    .flatMap(({ name, publishedPorts }) =>
      publishedPorts
        .filter((port) => ports.includes(port))
        .map((port) => `Port ${port} is taken by the service ${name}.`),
    );
  return [...twice, ...taken];
}

function misfits({ name, replicas, ports, constraints, order }: RenderedService, { nodes }: Preflight): string[] {
  const active = nodes.filter(({ state, availability }) => state === 'ready' && availability === 'active');
  const fit = active.filter((node) => !keptOff(constraints, node));
  const onHost = ports.some(({ mode }) => mode === 'host');
  const problems: string[] = [];
  if (fit.length === 0) {
    const why = active.length === 0 ? 'no node is ready and active' : `no node satisfies ${constraints.join(', ')}`;
    problems.push(`The service ${name} fits nowhere: ${why}.`);
  } else if (onHost && replicas !== 'global' && replicas > fit.length) {
    problems.push(
      `The service ${name} wants ${replicas} replicas with a port of their node each, and ${fit.length} nodes fit.`,
    );
  }
  if (onHost && order === 'start-first') {
    problems.push(
      `The service ${name} starts the new task first, but its node's port is free only after the old one has gone: use order "stop-first".`,
    );
  }
  return problems;
}
