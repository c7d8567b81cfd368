import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';

export interface GitCall {
  readonly args: readonly string[];
  /** The repository. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly input?: Buffer | string;
  /** The most that git may answer. */
  readonly maxBytes?: number;
}

/** Git ended with an error, or was ended. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    command: string,
    readonly exitCode: number | undefined,
    readonly stderr: string,
  ) {
    super(`git ${command} failed: ${stderr.trim() || `exit code ${exitCode}`}`);
  }
}

const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_STDERR_BYTES = 8 * 1024;

/** Runs git to its end and gives its standard output. Throws GitError, or the signal's reason. */
export async function git({ maxBytes = MAX_ANSWER_BYTES, input, ...call }: GitCall): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const { child, ended } = start(call);
  child.stdin.on('error', () => undefined); // It ended without reading all; its exit code says why.
  child.stdin.end(input ?? '');
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) kill(child);
    else chunks.push(chunk);
  });
  await ended.catch((error: unknown) => {
    throw length > maxBytes ? new GitError(call.args[0]!, undefined, `more than ${maxBytes} bytes`) : error;
  });
  return Buffer.concat(chunks);
}

/** Runs git and streams its standard output; a failure of git breaks the stream off, and closing the stream ends git. */
export function gitStream(call: Omit<GitCall, 'input' | 'maxBytes'>): Readable {
  const { child, ended } = start(call);
  const output = new PassThrough();
  child.stdin.end();
  child.stdout.pipe(output, { end: false }); // A clean end before the exit code is known would look like success.
  ended.then(
    () => output.end(),
    (error: Error) => output.destroy(error),
  );
  output.on('close', () => kill(child));
  return output;
}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

function start({ args, dir, env, signal }: GitCall): { child: GitProcess; ended: Promise<void> } {
  signal?.throwIfAborted();
  // A group of its own: git leaves the network to helpers, which must end with it.
  const child = spawn('git', args, { cwd: dir, env: { ...env, GIT_DIR: dir }, detached: true, stdio: 'pipe' });
  const stop = (): void => kill(child);
  signal?.addEventListener('abort', stop, { once: true });

  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < MAX_STDERR_BYTES) stderr += chunk.toString('utf8');
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject); // There is no git, or no folder.
    child.on('close', (exitCode) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason as Error);
      else if (exitCode === 0) resolve();
      else reject(new GitError(args[0]!, exitCode ?? undefined, stderr));
    });
  });
  return { child, ended };
}

function kill({ pid, exitCode, signalCode }: GitProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}
