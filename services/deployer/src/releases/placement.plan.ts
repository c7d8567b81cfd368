import type { SwarmNode } from '@sluice/docker';

/** Does a constraint of a service keep it off this node? One that we cannot judge keeps nobody off: the swarm will say. */
export const keptOff = (constraints: readonly string[], node: SwarmNode): boolean =>
  constraints.some((constraint) => !satisfies(constraint, node));

function satisfies(constraint: string, node: SwarmNode): boolean {
  const [, key, operator, value] = /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
  const found = key === undefined ? undefined : valueOf(key, node);
  if (found === undefined || value === undefined) return true;
  // SwarmKit compares without regard to case.
  return (found.toLowerCase() === value.toLowerCase()) === (operator === '==');
}

function valueOf(key: string, node: SwarmNode): string | undefined {
  if (key === 'node.id') return node.id;
  if (key === 'node.role') return node.role;
  if (key === 'node.hostname') return node.hostname;
  return key.startsWith('node.labels.') ? (node.labels[key.slice('node.labels.'.length)] ?? '') : undefined;
}
