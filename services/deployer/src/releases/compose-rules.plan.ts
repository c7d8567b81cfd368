export type Mapping = Record<string, unknown>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a release takes over of a service. */
export const KEPT_KEYS = [
  ...['image', 'command', 'entrypoint', 'environment', 'healthcheck', 'deploy', 'labels', 'init', 'read_only', 'user'],
  ...[
    'ports',
    'networks',
    'volumes',
    'tmpfs',
    'secrets',
    'working_dir',
    'hostname',
    'stop_signal',
    'stop_grace_period',
  ],
  ...['logging', 'tty', 'stdin_open', 'dns', 'dns_search', 'extra_hosts', 'cap_drop', 'ulimits'],
];

/** What means something only where containers are built and run by compose itself, and is left out. */
const DROPPED_KEYS = [
  'build',
  'depends_on',
  'container_name',
  'restart',
  'expose',
  'links',
  'profiles',
  'pull_policy',
  'platform',
];

const isExtension = (key: string): boolean => key.startsWith('x-');

/**
 * Why a repository's compose file may not become a release. Its text is not ours: nothing in it may reach the disk of a
 * node, of this process (the docker CLI would read files that it names), or what belongs to another stack.
 */
export function composeProblems(compose: Mapping, secretNames: readonly string[]): string[] {
  const services = Object.entries(isMapping(compose['services']) ? compose['services'] : {});
  return [
    ...(services.length === 0 ? ['It has no services.'] : []),
    ...unknownKeys(compose),
    ...variables(compose),
    ...services.flatMap(([name, service]) => serviceProblems(name, service)),
    ...named(compose['volumes']).flatMap(([name, volume]) => volumeProblems(name, volume)),
    ...named(compose['networks']).flatMap(([name, network]) => networkProblems(name, network)),
    ...named(compose['secrets']).flatMap(([name, secret]) => secretProblems(name, secret, secretNames)),
  ];
}

const named = (section: unknown): [string, Mapping][] =>
  Object.entries(isMapping(section) ? section : {}).map(([name, value]) => [name, isMapping(value) ? value : {}]);

function unknownKeys(compose: Mapping): string[] {
  const known = ['version', 'name', 'services', 'networks', 'volumes', 'secrets'];
  const unknown = Object.keys(compose).filter((key) => !known.includes(key) && !isExtension(key));
  return unknown.map((key) => `${key}: is not supported in a release.`);
}

/** The CLI would fill them in from the environment of this process. */
function variables(value: unknown, path = ''): string[] {
  if (typeof value === 'string') {
    return value.replaceAll('$$', '').includes('$')
      ? [`${path}: variables are not filled in; write $$ for a plain $.`]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => variables(inner, path ? `${path}.${key}` : key));
}

function serviceProblems(name: string, service: unknown): string[] {
  const at = `services.${name}`;
  if (!isMapping(service)) return [`${at}: must be a mapping.`];
  const known = [...KEPT_KEYS, ...DROPPED_KEYS];
  const unknown = Object.keys(service).filter((key) => !known.includes(key) && !isExtension(key));
  const volumes = Array.isArray(service['volumes']) ? service['volumes'] : [];
  return [
    ...unknown.map((key) => `${at}.${key}: is not allowed in a release.`),
    ...(service['image'] || service['build'] ? [] : [`${at}: has neither image nor build.`]),
    ...volumes.filter(leavesSwarm).map(() => `${at}.volumes: only named volumes and tmpfs, no path of the node.`),
    ...(isJob(service) ? [`${at}.deploy.mode: must be replicated or global.`] : []),
  ];
}

/** `name:/path` and `/path` alone are the swarm's own; everything else, `C:` too, is a place on the node. */
function leavesSwarm(volume: unknown): boolean {
  if (isMapping(volume)) {
    return !['volume', 'tmpfs'].includes(String(volume['type'])) || /[/\\~]/.test(String(volume['source'] ?? ''));
  }
  const parts = String(volume).split(':');
  return parts.length > 1 && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(parts[0]!);
}

function isJob({ deploy }: Mapping): boolean {
  const mode = isMapping(deploy) ? deploy['mode'] : undefined;
  return mode !== undefined && mode !== 'replicated' && mode !== 'global';
}

/** Options of a driver can mount anything, and a name of one's own can be that of another stack. */
function volumeProblems(name: string, volume: Mapping): string[] {
  const unknown = Object.keys(volume).filter(
    (key) => key !== 'labels' && !(key === 'driver' && volume['driver'] === 'local'),
  );
  return unknown.map((key) => `volumes.${name}.${key}: is not allowed; a volume is the stack's own, without options.`);
}

function networkProblems(name: string, network: Mapping): string[] {
  const at = `networks.${name}`;
  const real = String((isMapping(network['external']) && network['external']['name']) || network['name'] || name);
  const driver = network['driver'] ?? 'overlay';
  return [
    ...(driver === 'overlay' ? [] : [`${at}.driver: must be overlay.`]),
    ...(network['driver_opts'] ? [`${at}.driver_opts: is not allowed.`] : []),
    ...(!network['external'] && network['name']
      ? [`${at}.name: is not allowed for a network of the stack's own.`]
      : []),
    ...(network['external'] && /^(host|bridge|none|ingress|docker_gwbridge|sluice-.*)$/.test(real)
      ? [`${at}: the network ${real} is not open to releases.`]
      : []),
  ];
}

function secretProblems(name: string, secret: Mapping, known: readonly string[]): string[] {
  if (secret['external'] !== true) return [`secrets.${name}: must be "external: true"; its value is kept in Sluice.`];
  return known.includes(name) ? [] : [`The secret ${name} is not set for this environment.`];
}
