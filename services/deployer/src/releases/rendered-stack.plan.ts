import type { ExpectedService } from '@sluice/docker';
import { parse } from 'yaml';

export interface RenderedPort {
  readonly target: number;
  readonly published: number;
  readonly mode: 'host' | 'ingress';
}

/** What a rendered stack file asks of the swarm, for whoever has to check or follow it. */
export interface RenderedService {
  readonly name: string;
  readonly image: string;
  readonly replicas: number | 'global';
  readonly ports: readonly RenderedPort[];
  readonly constraints: readonly string[];
  readonly order: 'start-first' | 'stop-first';
  /** Whether the file itself checks its health; the image may, too. */
  readonly isChecked: boolean;
}

interface ComposeService {
  readonly image: string;
  readonly healthcheck?: { readonly disable?: boolean };
  readonly ports?: readonly { target: number; published?: number; mode?: 'host' | 'ingress' }[];
  readonly deploy?: {
    readonly mode?: string;
    readonly replicas?: number;
    readonly placement?: { readonly constraints?: readonly string[] };
    readonly update_config?: { readonly order?: 'start-first' | 'stop-first' };
  };
}

/** Reads what `renderStack` wrote. */
export function readStackFile(stackFile: string): RenderedService[] {
  const { services } = parse(stackFile) as { services: Record<string, ComposeService> };
  return Object.entries(services).map(([name, { image, healthcheck, ports = [], deploy = {} }]) => ({
    name,
    image,
    replicas: deploy.mode === 'global' ? 'global' : (deploy.replicas ?? 1),
    ports: ports.flatMap(({ target, published, mode = 'ingress' }) => (published ? [{ target, published, mode }] : [])),
    constraints: deploy.placement?.constraints ?? [],
    order: deploy.update_config?.order ?? 'stop-first',
    isChecked: healthcheck !== undefined && healthcheck.disable !== true,
  }));
}

/**
 * A task with a health check runs only once it is healthy, which needs no second look. Without one it runs the moment it
 * starts, also when it is about to crash: it must have stayed for a while.
 */
export const STEADY_MS = { checked: 0, unchecked: 3000 } as const;

export const steadyMs = (stackFile: string): number =>
  readStackFile(stackFile).every(({ isChecked }) => isChecked) ? STEADY_MS.checked : STEADY_MS.unchecked;

export const expectedServices = (stack: string, stackFile: string): ExpectedService[] =>
  readStackFile(stackFile).map(({ name, image, replicas }) => ({ name: `${stack}_${name}`, image, replicas }));
