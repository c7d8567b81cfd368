import type { ContainerCreateOptions } from 'dockerode';

/** What every container of ours says of itself. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** Replaces the image's ENTRYPOINT; `['sh', '-c']` with one command line as `command` runs it as a shell would. */
  readonly entrypoint?: readonly string[];
  /** Replaces the image's CMD. */
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Memory without any swap beside it, in bytes. */
  readonly memoryBytes: number;
  /** Processor time as a number of cores; 0.5 is half of one. */
  readonly cpus: number;
  /** The most processes and threads at once. */
  readonly pidsLimit: number;
  /** `none`, `bridge` or the name of a network. */
  readonly network: string;
}

export interface PublishedPort {
  readonly containerPort: number;
  /** A free port of the engine's choice when absent. */
  readonly hostPort?: number;
  /** The engine's address to listen on; all of IPv4 when absent, so that a chosen port is one port, not one per family. */
  readonly hostIp?: string;
}

export type RestartPolicy = 'no' | 'on-failure' | 'unless-stopped';

/** A container that runs once, unattended, and may come from anybody: no capability, no way to gain one, no mounts. */
export function planRun(spec: ContainerSpec): ContainerCreateOptions {
  const { HostConfig, ...plan } = planContainer(spec);
  return { ...plan, HostConfig: { ...HostConfig, CapDrop: ['ALL'], RestartPolicy: { Name: 'no' } } };
}

/** A container that stays. It keeps the engine's usual capabilities: a preview should behave as its service will. */
export function planStart(
  spec: ContainerSpec,
  port: PublishedPort | undefined,
  restart: RestartPolicy,
): ContainerCreateOptions {
  const { HostConfig, ...plan } = planContainer(spec);
  if (!port) return { ...plan, HostConfig: { ...HostConfig, RestartPolicy: { Name: restart } } };
  const key = portKey(port.containerPort);
  const binding = { HostIp: port.hostIp ?? '0.0.0.0', HostPort: port.hostPort ? String(port.hostPort) : '' };
  return {
    ...plan,
    ExposedPorts: { [key]: {} },
    HostConfig: { ...HostConfig, PortBindings: { [key]: [binding] }, RestartPolicy: { Name: restart } },
  };
}

export const portKey = (containerPort: number): string => `${containerPort}/tcp`;

function planContainer(spec: ContainerSpec): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    ...(spec.entrypoint ? { Entrypoint: [...spec.entrypoint] } : {}),
    ...(spec.command ? { Cmd: [...spec.command] } : {}),
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels },
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Memory: spec.memoryBytes,
      MemorySwap: spec.memoryBytes, // The sum of both: equal means no swap.
      NanoCpus: Math.round(spec.cpus * 1e9),
      PidsLimit: spec.pidsLimit,
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: spec.network,
      Privileged: false,
      Mounts: [],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
    },
  };
}
