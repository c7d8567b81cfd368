import { dirname, normalize } from 'node:path/posix';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { MAX_DEPTH, tooDeepAt } from './read-yaml.js';
import { readText } from './read-text.js';
import { formatPath, positionAt, YamlFile } from './yaml-file.js';

/** What a compose file says of one service that is built. Paths are relative to the root of the repository. */
export interface ComposeBuild {
  service: string;
  context: string;
  dockerfile: string;
  args: Record<string, string>;
  target?: string;
}

/** A service's name becomes part of a repository path in the registry, so it is narrower than compose allows. */
const SERVICE_NAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/;
const SERVICE_NAME_MAX = 63;
const BUILD_KEYS = ['context', 'dockerfile', 'args', 'target'];
/** Compose would put something else in its place, and nothing of our environment belongs into a build. */
const VARIABLE = /\$/;

type Mapping = Record<string, unknown>;

/**
 * The services of a compose file that have `build:`, in their order. All the rest is for whoever deploys the file.
 * Throws ConfigError with every problem found, and nothing else.
 */
export function composeBuilds(source: string | Uint8Array, fileName: string): ComposeBuild[] {
  const file = readCompose(source, fileName);
  const problems: ConfigProblem[] = [];
  const refuse = (path: (string | number)[], expected: string): undefined => {
    problems.push({ ...file.positionOf(path), path: formatPath(path), message: `expected ${expected}`, expected });
  };

  const services = isMapping(file.value) ? file.value.services : undefined;
  if (!isMapping(services)) refuse(['services'], 'a mapping of services');
  const builds = Object.entries(isMapping(services) ? services : {}).flatMap(([service, value]) => {
    if (!isMapping(value) || value.build === undefined || value.build === null) return [];
    const build = readBuild(service, value.build, dirname(fileName), refuse);
    return build ? [build] : [];
  });
  if (problems.length > 0) throw new ConfigError(fileName, problems);
  return builds;
}

type Refuse = (path: (string | number)[], expected: string) => undefined;

function readBuild(service: string, build: unknown, base: string, refuse: Refuse): ComposeBuild | undefined {
  const at = ['services', service, 'build'];
  if (!SERVICE_NAME.test(service) || service.length > SERVICE_NAME_MAX) {
    return refuse(['services', service], 'a name in lower case for a service that is built');
  }
  const written: unknown = typeof build === 'string' ? { context: build } : build;
  if (!isMapping(written)) return refuse(at, 'a folder or a mapping with context');
  const unknown = Object.keys(written).find((key) => !BUILD_KEYS.includes(key));
  if (unknown) return refuse([...at, unknown], `only ${BUILD_KEYS.join(', ')} here`);

  const contextAt = typeof build === 'string' ? at : [...at, 'context'];
  const context = pathWithin(base, written.context ?? '.', contextAt, refuse);
  const dockerfile =
    context === undefined
      ? undefined
      : pathWithin(context, written.dockerfile ?? 'Dockerfile', [...at, 'dockerfile'], refuse);
  const args = readArgs(written.args ?? {}, [...at, 'args'], refuse);
  const { target } = written;
  if (target !== undefined && (typeof target !== 'string' || VARIABLE.test(target))) {
    return refuse([...at, 'target'], 'the name of a stage, without variables');
  }
  if (context === undefined || dockerfile === undefined || args === undefined) return undefined;
  return { service, context, dockerfile, args, ...(target === undefined ? {} : { target }) };
}

function pathWithin(base: string, value: unknown, at: string[], refuse: Refuse): string | undefined {
  const isPath = typeof value === 'string' && !/^[/~-]|[\\\u0000-\u001f\u007f]|:\/\/|^[^/]+@/.test(value);
  if (!isPath || VARIABLE.test(value)) return refuse(at, 'a path inside the repository, without variables');
  const path = normalize(`${base}/${value}`).replace(/(.)\/$/, '$1');
  return path === '..' || path.startsWith('../') ? refuse(at, 'a path that stays inside the repository') : path;
}

/** Compose writes them as a mapping or as a list of `NAME=value`. One without a value would be taken from our environment. */
function readArgs(args: unknown, at: string[], refuse: Refuse): Record<string, string> | undefined {
  const pairs: [string, unknown][] = Array.isArray(args)
    ? args.map((arg) => (typeof arg === 'string' && arg.includes('=') ? splitOnce(arg) : [String(arg), undefined]))
    : Object.entries(isMapping(args) ? args : { '': undefined });
  const bad = pairs.some(
    ([, value]) => !['string', 'number', 'boolean'].includes(typeof value) || VARIABLE.test(String(value)),
  );
  return bad
    ? refuse(at, 'names with values, without variables')
    : Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}

const splitOnce = (pair: string): [string, string] => [
  pair.slice(0, pair.indexOf('=')),
  pair.slice(pair.indexOf('=') + 1),
];

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Unlike in sluice.yml, merge keys are welcome: people share parts of compose files by them. */
function readCompose(source: string | Uint8Array, fileName: string): YamlFile {
  const read = readText(source);
  if ('problem' in read) throw new ConfigError(fileName, [read.problem]);

  const lines = new LineCounter();
  const refuse = (offset: number, message: string): ConfigError =>
    new ConfigError(fileName, [{ ...positionAt(lines, offset), path: '', message, expected: 'valid YAML' }]);
  const deep = tooDeepAt(read.text, lines);
  if (deep !== undefined) throw refuse(deep, `expected at most ${MAX_DEPTH} levels, found more`);

  const document = parseDocument(read.text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) throw refuse(error.pos[0], `is not valid YAML: ${error.message.split('\n')[0]}`);
  try {
    return new YamlFile(document.toJS({ maxAliasCount: 100 }), document, lines);
  } catch (cause) {
    // The library's word for aliases that multiply.
    throw refuse(0, `is not valid YAML: ${(cause as Error).message.split('\n')[0]}`);
  }
}
