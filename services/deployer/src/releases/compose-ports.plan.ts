import type { Environment } from '@sluice/contracts';
import { isMapping } from './compose-rules.plan.js';

export interface ComposePort {
  readonly target: number;
  readonly published?: number;
  readonly protocol: string;
  readonly mode: 'host' | 'ingress';
}

/** The long form of a service's ports, published as the environment can: the file says which, the environment says how. */
export function planPorts(
  at: string,
  written: unknown,
  publish: Environment['publish'],
): { ports: ComposePort[]; problems: string[] } {
  const problems: string[] = [];
  const ports = (Array.isArray(written) ? written : []).flatMap((entry: unknown) => {
    const port = isMapping(entry) ? readLong(entry) : readShort(String(entry));
    if (!port)
      problems.push(`${at}.ports: write "<published>:<target>", as numbers, instead of ${JSON.stringify(entry)}.`);
    return port ? [{ ...port, mode: publish === 'host' ? ('host' as const) : port.mode }] : [];
  });
  return { ports, problems };
}

/** `8080`, `80:8080`, `80:8080/udp`. An address of one's own or a range means nothing on a swarm. */
function readShort(text: string): ComposePort | undefined {
  const [, published, target, protocol = 'tcp'] = /^(?:(\d+):)?(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (target === undefined) return undefined;
  return { target: Number(target), ...(published ? { published: Number(published) } : {}), protocol, mode: 'ingress' };
}

function readLong({
  target,
  published,
  protocol = 'tcp',
  mode = 'ingress',
}: Record<string, unknown>): ComposePort | undefined {
  const isPort = (value: unknown): boolean => /^\d{1,5}$/.test(String(value));
  if (!isPort(target) || (published !== undefined && !isPort(published))) return undefined;
  if (!['tcp', 'udp', 'sctp'].includes(String(protocol)) || (mode !== 'host' && mode !== 'ingress')) return undefined;
  return {
    target: Number(target),
    ...(published === undefined ? {} : { published: Number(published) }),
    protocol: String(protocol),
    mode,
  };
}
