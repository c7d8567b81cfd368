import { processEnviron } from '@sluice/runtime';
import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import { aFolder } from './folder.js';

/** Runs git on a repository of a test, as somebody with no settings of their own. */
export const gitIn = (dir: string, args: readonly string[], input?: string | Buffer): string =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], {
    cwd: dir,
    input,
    encoding: 'utf8',
    env: { PATH: processEnviron().PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();

/** A path → its text, or where it links to. */
export type Files = Record<string, string | { link: string }>;

export interface TestRepository {
  readonly dir: string;
  /** Commits exactly these files on a branch and answers the commit's name. */
  commit(files: Files, ref?: string): string;
}

export function aRepository(): TestRepository {
  const dir = aFolder();
  gitIn(dir, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
  return {
    dir,
    commit: (files, ref = 'refs/heads/main') => {
      const lines = Object.entries(files).map(([path, content]) => {
        const [mode, text] = typeof content === 'string' ? ['100644', content] : ['120000', content.link];
        return `${mode} ${gitIn(dir, ['hash-object', '-w', '--stdin'], text)}\t${path}\0`;
      });
      gitIn(dir, ['read-tree', '--empty']);
      gitIn(dir, ['update-index', '-z', '--index-info'], lines.join(''));
      const commit = gitIn(dir, ['commit-tree', '-m', 'a commit', gitIn(dir, ['write-tree'])]);
      gitIn(dir, ['update-ref', ref, commit]);
      return commit;
    },
  };
}

export interface GitServer {
  readonly url: string;
  /** The Authorization header of every request, or nothing. */
  readonly authorizations: (string | undefined)[];
  close(): void;
}

/** A git remote by smart HTTP. `answer` may take a request away from it. `protocol: 0` serves only what a ref names. */
export async function aGitServer(
  dir: string,
  options: {
    protocol?: 0 | 2;
    answer?: (request: IncomingMessage) => { status: number; location?: string } | 'hang' | undefined;
  } = {},
): Promise<GitServer> {
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    const other = options.answer?.(request);
    if (other === 'hang') return;
    if (other) return void response.writeHead(other.status, other.location ? { location: other.location } : {}).end();

    const asks = request.method === 'GET';
    const args = ['upload-pack', '--stateless-rpc', ...(asks ? ['--http-backend-info-refs'] : []), dir];
    const protocol = options.protocol === 0 ? '' : String(request.headers['git-protocol'] ?? '');
    const child = spawn('git', args, { env: { PATH: processEnviron().PATH, GIT_PROTOCOL: protocol } });
    const type = `application/x-git-upload-pack-${asks ? 'advertisement' : 'result'}`;
    response.writeHead(200, { 'content-type': type });
    if (asks && protocol === '') response.write('001e# service=git-upload-pack\n0000');
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    body.pipe(child.stdin);
    child.stdout.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    close: () => void (server.close(), server.closeAllConnections()),
  };
}
