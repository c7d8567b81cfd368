import { type DeployConfig, type PreviewConfig, type SluiceConfig, type TestAsk, type TestRun } from './config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { parseDuration } from './duration.js';
import { readText } from './read-text.js';
import { readYaml } from './read-yaml.js';
import { schemaProblems } from './schema-problems.js';
import { type YamlFile } from './yaml-file.js';

/** The file as it is written; the schema has checked it. */
interface WrittenConfig {
  build?: { context?: string; dockerfile?: string };
  preview?: { port?: number; ttl?: string };
  test?: { run?: string; report?: string; timeout?: string; ask?: string }[];
  deploy?: Omit<Partial<DeployConfig>, 'deadlineSeconds' | 'env'> & {
    deadline?: string;
    env?: Record<string, string | number | boolean>;
  };
}

/**
 * Reads the text of a `sluice.yml`; a missing or empty one means all defaults.
 * Throws ConfigError with every problem found, and nothing else.
 */
export function parseConfig(source: string | Uint8Array | undefined, fileName = 'sluice.yml'): SluiceConfig {
  if (source === undefined) return withDefaults({});

  const read = readText(source);
  if ('problem' in read) throw new ConfigError(fileName, [read.problem]);

  const yaml = readYaml(read.text);
  if ('problems' in yaml) throw new ConfigError(fileName, yaml.problems);
  if (yaml.file.value === null) return withDefaults({});

  const problems = [...schemaProblems(yaml.file), ...portProblems(yaml.file)];
  if (problems.length > 0) throw new ConfigError(fileName, problems);
  return withDefaults(yaml.file.value as WrittenConfig, yaml.file);
}

/** A preview section without a port of its own takes the one of deploy, so one of them has to be there. */
function portProblems(file: YamlFile): ConfigProblem[] {
  const { preview, deploy } = file.value as { preview?: unknown; deploy?: unknown };
  if (!isMapping(preview) || 'port' in preview || (isMapping(deploy) && 'port' in deploy)) return [];
  const expected = 'preview.port or deploy.port';
  return [{ ...file.positionOf(['preview'], 'key'), path: 'preview', message: `expected ${expected}`, expected }];
}

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function withDefaults(written: WrittenConfig, file?: YamlFile): SluiceConfig {
  const { deadline, ...deploy } = written.deploy ?? {};
  return {
    build: { context: '.', dockerfile: 'Dockerfile', ...written.build },
    ...previewOf(written),
    test: (written.test ?? []).map(stepOf),
    deploy: {
      ...deploy,
      replicas: deploy.replicas ?? 1,
      deadlineSeconds: seconds(deadline ?? '5m'),
      env: asTexts(deploy.env ?? {}, file),
      secrets: deploy.secrets ?? [],
    },
  };
}

function previewOf({ preview, deploy }: WrittenConfig): { preview?: PreviewConfig } {
  const port = preview?.port ?? deploy?.port;
  return port === undefined ? {} : { preview: { port, ttlMinutes: Math.ceil(seconds(preview?.ttl ?? '24h') / 60) } };
}

function stepOf({ ask, run = '', report, timeout }: NonNullable<WrittenConfig['test']>[number]): TestRun | TestAsk {
  if (ask !== undefined) return { kind: 'ask', ask };
  return { kind: 'run', run, ...(report && { report }), timeoutSeconds: seconds(timeout ?? '10m') };
}

/** A program reads text, and it is to read what its author wrote: `VERSION: 1.10` is not 1.1. */
const asTexts = (env: Record<string, string | number | boolean>, file?: YamlFile): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : (file?.writtenAt(['deploy', 'env', name]) ?? String(value)),
    ]),
  );

const seconds = (duration: string): number => parseDuration(duration) ?? 0;
