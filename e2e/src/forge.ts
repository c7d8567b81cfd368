import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gitEnv } from '@sluice/local';

const run = promisify(execFile);

/** A forge elsewhere: git over HTTP from a bare repository, and Gitea's signed hooks. */
export class Forge {
  private server?: Server;
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly folder: string) {}

  async start(): Promise<this> {
    mkdirSync(this.folder, { recursive: true });
    this.server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://forge');
      const child = spawn('git', ['http-backend'], {
        env: {
          ...gitEnv(),
          GIT_PROJECT_ROOT: this.folder,
          GIT_HTTP_EXPORT_ALL: '1',
          GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
          PATH_INFO: url.pathname,
          QUERY_STRING: url.search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        },
      });
      this.children.add(child);
      child.on('close', () => this.children.delete(child));
      request.pipe(child.stdin!).on('error', () => undefined);
      const chunks: Buffer[] = [];
      child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stdout!.on('end', () => {
        const answer = Buffer.concat(chunks);
        const end = answer.indexOf('\r\n\r\n');
        for (const line of answer.subarray(0, end).toString().split('\r\n')) {
          const [name, value] = line.split(': ');
          if (name === 'Status') response.statusCode = Number.parseInt(value!, 10);
          else response.setHeader(name!, value!);
        }
        response.end(answer.subarray(end + 4));
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    return this;
  }

  url(repository: string): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}/${repository}.git`;
  }

  /** An empty bare repository; answers the folder to push into. */
  async create(repository: string): Promise<string> {
    const dir = join(this.folder, `${repository}.git`);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', dir], { env: gitEnv() });
    return dir;
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.kill();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

/** Announces a commit as Gitea does. https://docs.gitea.com/usage/webhooks */
export function giteaHook(
  hookUrl: string,
  secret: string,
  cloneUrl: string,
  commit: string,
  who: string,
): Promise<Response> {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: commit,
    total_commits: 1,
    head_commit: {
      id: commit,
      message: 'shop v1\n',
      author: { name: who, email: `${who}@example.test`, username: who },
    },
    commits: [{ id: commit, message: 'shop v1\n', author: { name: who, email: `${who}@example.test`, username: who } }],
    repository: {
      id: 1,
      name: 'shop',
      full_name: `${who}/shop`,
      clone_url: cloneUrl,
      html_url: cloneUrl.replace(/\.git$/, ''),
      default_branch: 'main',
    },
    pusher: { id: 1, login: who, username: who },
    sender: { id: 1, login: who, username: who },
  });
  return fetch(hookUrl, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-gitea-event': 'push',
      'x-gitea-event-type': 'push',
      'x-gitea-delivery': randomUUID(),
      'x-gitea-signature': createHmac('sha256', secret).update(body).digest('hex'),
    },
  });
}
