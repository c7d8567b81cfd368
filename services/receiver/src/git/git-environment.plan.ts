type Setting = readonly [key: string, value: string];

/** What git may do here, whoever asks. Given by environment, so no file in a repository and no argument can say otherwise. */
const ALWAYS: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsync', 'committed'],
  ['core.fsyncMethod', 'batch'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.followRedirects', 'false'],
];

/** 2 GiB: a pack beyond it is a mistake, or an attack on the disk. */
const MAX_PACK_BYTES = 2 * 1024 ** 3;

export const SETTINGS = {
  'upload-pack': [
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['uploadpack.allowFilter', 'true'],
  ],
  'receive-pack': [
    ['receive.fsckObjects', 'true'],
    ['receive.denyNonFastForwards', 'false'],
    ['receive.advertisePushOptions', 'true'],
    ['receive.autogc', 'false'],
    ['receive.maxInputSize', String(MAX_PACK_BYTES)],
  ],
  other: [],
} as const satisfies Record<string, readonly Setting[]>;

/** Everything git sees of us: no home, no configuration of the machine, nobody to ask, no replaced objects. */
export function gitEnvironment(path: string, settings: readonly Setting[], protocol?: string): Record<string, string> {
  const all = [...ALWAYS, ...settings];
  return {
    PATH: path,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh',
    ...(protocol ? { GIT_PROTOCOL: protocol } : {}),
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}
