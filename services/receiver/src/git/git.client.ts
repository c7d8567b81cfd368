import { Injectable } from '@nestjs/common';
import { processEnviron } from '@sluice/runtime';
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { promisify } from 'node:util';
import { gitEnvironment, SETTINGS } from './git-environment.plan.js';
import type { GitService } from './route.plan.js';

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** After this a git that was told to stop is ended. */
const GRACE_MS = 5000;

export interface Conversation {
  readonly service: GitService;
  readonly directory: string;
  /** Only lists the refs. */
  readonly advertise: boolean;
  /** A valid value of `GIT_PROTOCOL`. */
  readonly protocol?: string;
  readonly signal: AbortSignal;
}

/** A git process that talks to a client through us. */
export interface GitProcess {
  readonly process: ChildProcessWithoutNullStreams;
  /** The exit code, `null` when it was stopped, and what it complained of. */
  readonly ended: Promise<{ code: number | null; complaint: string }>;
}

/** The only place that starts git. Arguments are lists, never a shell's line. */
@Injectable()
export class GitClient {
  private readonly path = processEnviron().PATH ?? DEFAULT_PATH;

  converse({ service, directory, advertise, protocol, signal }: Conversation): GitProcess {
    const args = [service, '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), directory];
    const child = spawn('git', args, {
      env: gitEnvironment(this.path, SETTINGS[service], protocol),
      cwd: '/',
      stdio: 'pipe',
    });

    let complaint = '';
    child.stderr.on('data', (bytes: Buffer) => (complaint = (complaint + bytes.toString('utf8')).slice(-2000)));
    // A git that ends early closes its input; its exit code and output tell why.
    child.stdin.on('error', () => undefined);

    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.stdin.destroy();
      child.kill('SIGTERM');
      killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });

    const ended = new Promise<{ code: number | null; complaint: string }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, complaint: complaint.trim() }));
    }).finally(() => {
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
    });
    ended.catch(() => undefined);
    return { process: child, ended };
  }

  /** Runs git to its end and answers its output. Throws when it fails. */
  async run(args: readonly string[], timeoutMs = 30_000): Promise<string> {
    const { stdout } = await promisify(execFile)('git', args, {
      env: gitEnvironment(this.path, SETTINGS.other),
      cwd: '/',
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    return stdout;
  }
}
