const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'ssh:': '22',
  'http:': '80',
  'https:': '443',
  'git:': '9418',
};
const SCP_LIKE = /^(?:[^@/:]+@)?([^/:@]+):(?!\/\/)(.+)$/;

/** Host and path of a repository's address, however it is written: by scheme, user, `.git`, slash at the end or letter case of the host. */
export function repositoryKey(address: string): string | undefined {
  const [, host, path] = SCP_LIKE.exec(address) ?? [];
  const url = parse(host ? `ssh://${host}/${path}` : address);
  if (!url) return undefined;
  const port = url.port && url.port !== DEFAULT_PORTS[url.protocol] ? `:${url.port}` : '';
  const trimmed = url.pathname
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  return trimmed === '' ? undefined : `${url.hostname.toLowerCase()}${port}/${trimmed}`;
}

/** Whether one of the addresses that a payload names is the project's. */
export function isRepository(cloneUrl: string, named: readonly string[]): boolean {
  const key = repositoryKey(cloneUrl);
  return key !== undefined && named.some((address) => repositoryKey(address) === key);
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
