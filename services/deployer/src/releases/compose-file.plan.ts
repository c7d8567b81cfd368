import type { Environment } from '@sluice/contracts';
import { parse } from 'yaml';
import { composeProblems, isMapping, KEPT_KEYS, type Mapping } from './compose-rules.plan.js';
import { planPorts } from './compose-ports.plan.js';
import { entries, externalSecrets, renderStack, updateConfig, type StackSecret } from './stack-file.plan.js';

export interface ComposeRequest {
  /** The repository's own compose file. */
  readonly text: string;
  /** Service → the image that this run built for it, by digest. */
  readonly built: Readonly<Record<string, string>>;
  /** An image as the file names it → the same by digest. */
  readonly pinned: Readonly<Record<string, string>>;
  readonly publish: Environment['publish'];
  readonly identity: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that the environment has. */
  readonly secrets: readonly StackSecret[];
}

export interface ComposePlan {
  readonly stackFile: string;
  readonly problems: readonly string[];
}

const isPinned = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image);

/** The images that the file brings along and names by a tag, which could mean something else tomorrow. */
export function imagesToPin(text: string): string[] {
  const images = Object.values(servicesOf(readCompose(text))).flatMap(({ build, image }) =>
    build || typeof image !== 'string' || isPinned(image) ? [] : [image],
  );
  return [...new Set(images)];
}

/** The project's stack as a release: what it builds pinned to the digests that were tested, the rest as it wrote it. */
export function planComposeFile(request: ComposeRequest): ComposePlan {
  const compose = readCompose(request.text);
  const problems = composeProblems(
    compose,
    request.secrets.map(({ name }) => name),
  );
  const used = Object.keys(isMapping(compose['secrets']) ? compose['secrets'] : {});
  const services = Object.entries(servicesOf(compose)).map(([name, service]) => {
    const planned = planService(name, service, request);
    problems.push(...planned.problems);
    return [name, planned.service];
  });
  const { networks, volumes } = compose;
  const stack = {
    version: '3.8',
    services: Object.fromEntries(services),
    ...(networks ? { networks } : {}),
    ...(volumes ? { volumes } : {}),
    ...externalSecrets(request.secrets.filter(({ name }) => used.includes(name))),
  };
  return { stackFile: renderStack(stack), problems };
}

/** As the build read it: YAML 1.2 with merge keys. */
function readCompose(text: string): Mapping {
  const compose: unknown = parse(text, { merge: true, stringKeys: true, maxAliasCount: 100 });
  return isMapping(compose) ? compose : {};
}

const servicesOf = (compose: Mapping): Record<string, Mapping> =>
  Object.fromEntries(
    Object.entries(isMapping(compose['services']) ? compose['services'] : {}).filter(
      (entry): entry is [string, Mapping] => isMapping(entry[1]),
    ),
  );

function planService(
  name: string,
  written: Mapping,
  request: ComposeRequest,
): { service: Mapping; problems: string[] } {
  const { publish, identity, labels } = request;
  const kept = Object.fromEntries(Object.entries(written).filter(([key]) => KEPT_KEYS.includes(key)));
  const deploy = isMapping(kept['deploy']) ? kept['deploy'] : {};
  const { ports, problems } = planPorts(`services.${name}`, kept['ports'], publish);
  const image = written['build'] ? request.built[name] : imageOf(String(written['image']), request);
  if (!image)
    problems.push(
      `services.${name}: no digest is known for ${written['build'] ? 'what it builds' : String(written['image'])}.`,
    );

  const stopFirst = publish === 'host' && ports.length > 0;
  const service = {
    ...kept,
    image: image ?? '',
    environment: [...pairs(kept['environment']), ...entries(identity)],
    ...(ports.length > 0 ? { ports } : {}),
    deploy: {
      ...deploy,
      ...(publish === 'host' ? { endpoint_mode: 'dnsrr' } : {}),
      labels: [...pairs(deploy['labels']), ...entries(labels)],
      update_config: {
        ...updateConfig(stopFirst, kept['healthcheck'] !== undefined),
        ...(isMapping(deploy['update_config']) ? deploy['update_config'] : {}),
      },
    },
  };
  return { service, problems };
}

const imageOf = (image: string, { pinned }: ComposeRequest): string | undefined =>
  isPinned(image) ? image : pinned[image];

/** Compose writes names and values as a list or as a mapping, where a name without a value stays one. */
function pairs(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return Object.entries(isMapping(value) ? value : {}).map(([name, text]) =>
    text === null ? name : `${name}=${String(text)}`,
  );
}
