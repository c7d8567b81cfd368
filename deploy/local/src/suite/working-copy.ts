import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../lab/environment.js';

const run = promisify(execFile);

export interface GitLogin {
  readonly name: string;
  readonly password: string;
}

/** Git without the machine's own settings. The password goes by environment: an argument or URL could be seen by others. */
export function gitEnv(login?: GitLogin): NodeJS.ProcessEnv {
  const basic = login && Buffer.from(`${login.name}:${login.password}`).toString('base64');
  const who = login?.name ?? 'sluice';
  return {
    PATH: environment.PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: who,
    GIT_AUTHOR_EMAIL: `${who}@example.test`,
    GIT_COMMITTER_NAME: who,
    GIT_COMMITTER_EMAIL: `${who}@example.test`,
    ...(basic
      ? {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraHeader',
          GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
        }
      : {}),
  };
}

/** A developer's working copy. */
export class WorkingCopy {
  constructor(
    readonly dir: string,
    private readonly login?: GitLogin,
  ) {}

  async init(remote: string, branch = 'main'): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true });
    mkdirSync(this.dir, { recursive: true });
    await this.git('init', '--quiet', '--initial-branch', branch);
    await this.git('remote', 'add', 'sluice', remote);
  }

  /** Replaces everything by the content of a folder and commits it. */
  async commitFolder(from: string, message: string): Promise<string> {
    for (const name of readdirSync(this.dir)) if (name !== '.git') rmSync(join(this.dir, name), { recursive: true });
    cpSync(from, this.dir, { recursive: true });
    return this.commit(message);
  }

  async commit(message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  /** `git push`; `line` hears what the remote tells. Resolves with the exit code when git has ended. */
  push(args: readonly string[], line: (text: string) => void): Promise<number> {
    const child = spawn('git', ['push', ...args], {
      cwd: this.dir,
      env: gitEnv(this.login),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let rest = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split(/\r?\n|\r/);
      rest = parts.pop()!;
      for (const part of parts) line(part);
    });
    return new Promise((resolve) => child.on('close', (code) => (rest && line(rest), resolve(code ?? 1))));
  }

  /** Pushes without following, and answers the run that it started. */
  async pushRun(branch = 'main'): Promise<string> {
    const lines: string[] = [];
    const code = await this.push(['-o', 'no-follow', 'sluice', branch], (line) => lines.push(line));
    const id = lines.map(runIdIn).find((found) => found !== undefined);
    if (code !== 0 || !id) throw new Error(`git push ended with ${code} and started no run:\n${lines.join('\n')}`);
    return id;
  }

  async git(...args: string[]): Promise<string> {
    return (await run('git', args, { cwd: this.dir, env: gitEnv(this.login) })).stdout;
  }
}

/** The run that a push started, from the address that `git push` prints. */
const runIdIn = (line: string): string | undefined => /\/runs\/([0-9a-f-]{36})/.exec(line)?.[1];
