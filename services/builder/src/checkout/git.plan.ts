export interface GitSurroundings {
  /** Where git is found. */
  readonly path: string;
  /** An empty folder: nobody's settings, keys or credentials. */
  readonly home: string;
  readonly allowFile: boolean;
}

/** Our own git remote, and what we say to it. */
export interface OwnRemote {
  readonly url: string;
  readonly token: string;
}

/** Settings that hold for every call, over whatever a repository or a machine would say. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  // A redirect could lead past the check of the address.
  'http.followRedirects': 'false',
  // A server that has gone quiet.
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
  // What other file systems would make of a name does not matter: no tree is ever written to ours.
  'core.protectNTFS': 'false',
  'core.protectHFS': 'false',
  'gc.auto': '0',
};

/**
 * The whole environment of a git process. Credentials go in here and not into its arguments, which every user of the
 * machine can read, and only for addresses below our own remote: git compares scheme, host, port and path.
 */
export function gitEnvironment(
  { path, home, allowFile }: GitSurroundings,
  own?: OwnRemote,
): Readonly<Record<string, string>> {
  const authorization = own && `Authorization: Basic ${Buffer.from(`builder:${own.token}`).toString('base64')}`;
  const settings = [
    ...Object.entries(SETTINGS),
    ...(own && authorization ? [[`http.${own.url}.extraHeader`, authorization] as const] : []),
  ];
  return {
    PATH: path,
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: `http:https:ssh${allowFile ? ':file' : ''}`,
    // Nobody is there to answer a question.
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -F /dev/null -o BatchMode=yes',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** True when the address is our own remote's. */
export const isOwn = (cloneUrl: string, receiverUrl: string): boolean =>
  cloneUrl.startsWith(`${receiverUrl.replace(/\/+$/, '')}/`);

/** Why a clone address must not be given to git; undefined when it may. */
export function problemOfCloneUrl(cloneUrl: string, allowFile: boolean): string | undefined {
  const url = URL.canParse(cloneUrl) ? new URL(cloneUrl) : undefined;
  const schemes = ['http:', 'https:', 'ssh:', ...(allowFile ? ['file:'] : [])];
  if (!url || /[\s\u0000-\u001f\u007f\\]/.test(cloneUrl) || !schemes.includes(url.protocol)) {
    return `an address begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`;
  }
  // The parser forgives what git does not, such as "https:host": then they may mean different places.
  if (!cloneUrl.toLowerCase().startsWith(`${url.protocol}//`)) return `write ${url.protocol}// with both slashes`;
  if (url.password || (url.username && url.protocol !== 'ssh:')) return 'an address carries no credentials';
  if (url.protocol !== 'file:' && !/^[a-z0-9[]/i.test(url.hostname)) return 'the name of the host is wrong';
  return undefined;
}

export type FetchProblem = 'gone' | 'refused' | 'unreachable';

/** What git's words on a failed fetch mean. `unreachable` may go away by itself, the others will not. */
export function problemOfFetch(stderr: string): FetchProblem {
  if (/couldn't find remote ref|not our ref|unadvertised object|no such remote ref/i.test(stderr)) return 'gone';
  const refused =
    /authentication failed|could not read (username|password)|permission denied|host key verification failed|returned error: (3\d\d|40[0-9])|repository .*not found|does not appear to be a git repository|not valid: is this a git repository|transport '.*' not allowed/i;
  return refused.test(stderr) ? 'refused' : 'unreachable';
}
