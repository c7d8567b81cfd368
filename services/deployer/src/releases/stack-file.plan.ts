import type { DeployConfig, Environment } from '@sluice/contracts';
import { stringify } from 'yaml';

/** A secret of the environment as the swarm holds it. */
export interface StackSecret {
  /** As the program knows it: the file /run/secrets/<name>. */
  readonly name: string;
  /** As the swarm knows it. */
  readonly source: string;
}

export interface StackRequest {
  /** With the registry's host, by digest. */
  readonly image: string;
  readonly config: DeployConfig;
  readonly publish: Environment['publish'];
  /** The port that clients ask; undefined when the program listens nowhere. */
  readonly published: number | undefined;
  readonly identity: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: readonly StackSecret[];
}

/** A slow starter may use a sixth of its deadline, within these bounds, before its health counts. In seconds. */
const START_PERIOD = { least: 5, most: 60, share: 6 };

/** The short form of `sluice.yml` as a compose file of version 3.8: one service, `app`. */
export function planStackFile(request: StackRequest): string {
  const { image, config, published, secrets } = request;
  const app = {
    image,
    environment: entries({ ...config.env, ...request.identity }),
    ...(config.health && config.port ? { healthcheck: healthcheck(config.health.get, config.port, config) } : {}),
    ...(published === undefined ? {} : { ports: [port(request, published)] }),
    ...(secrets.length === 0 ? {} : { secrets: secrets.map(({ name }) => ({ source: name, target: name })) }),
    deploy: deploy(request),
  };
  return renderStack({ version: '3.8', services: { app }, ...externalSecrets(secrets) });
}

/**
 * Compose files are YAML 1.1 to the docker CLI, where a plain `on` is true and `12:30` is a number: every text is quoted.
 */
export const renderStack = (stack: object): string =>
  stringify(stack, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });

export const externalSecrets = (secrets: readonly StackSecret[]): object =>
  secrets.length === 0
    ? {}
    : { secrets: Object.fromEntries(secrets.map(({ name, source }) => [name, { external: true, name: source }])) };

/** As a list, since a key such as `NO` would be read as a boolean. The CLI fills in `$NAME`, and `$$` is how to say `$`. */
export const entries = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`.replaceAll('$', '$$$$'));

function healthcheck(path: string, port: number, { deadlineSeconds }: DeployConfig): object {
  // A path may have `&` and `?`, which a shell would take for itself; quotes, blanks and `$` are not let into it.
  const url = `'http://127.0.0.1:${port}${path}'`;
  const patience = Math.round(deadlineSeconds / START_PERIOD.share);
  return {
    test: ['CMD-SHELL', `wget -q -O /dev/null ${url} || curl -fsS -o /dev/null ${url}`],
    interval: '1s',
    timeout: '3s',
    retries: 3,
    start_period: `${Math.min(Math.max(patience, START_PERIOD.least), START_PERIOD.most)}s`,
  };
}

const port = ({ config, publish }: StackRequest, published: number): object => ({
  target: config.port,
  published,
  protocol: 'tcp',
  mode: publish,
});

function deploy({ config, publish, published, labels }: StackRequest): object {
  // A node's port has room for one task, so the old one has to leave before the new one comes.
  const onePerNode = publish === 'host' && published !== undefined;
  return {
    mode: 'replicated',
    replicas: config.replicas,
    // A virtual address needs IPVS, which a swarm that publishes on its hosts may lack.
    endpoint_mode: publish === 'host' ? 'dnsrr' : 'vip',
    labels: entries(labels),
    update_config: updateConfig(onePerNode, config.health !== undefined),
    restart_policy: { condition: 'any', delay: '2s' },
    ...(onePerNode ? { placement: { max_replicas_per_node: 1 } } : {}),
  };
}

/** Healthy tasks need no long look; without a health check a crash must have the time to show. */
export const updateConfig = (stopFirst: boolean, hasHealthCheck: boolean): object => ({
  parallelism: 1,
  delay: '0s',
  order: stopFirst ? 'stop-first' : 'start-first',
  failure_action: 'pause',
  monitor: hasHealthCheck ? '500ms' : '3s',
});
