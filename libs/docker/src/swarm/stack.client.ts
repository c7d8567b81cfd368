import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { EngineEndpoint } from '../engine.js';
import type { RegistryAuth } from '../registry-auth.js';
import { StackError } from './stack.error.js';

export interface StackDeployment {
  readonly name: string;
  /** A compose file of version 3, rendered, with every image by digest. */
  readonly stackFile: string;
  /** Handed to the swarm with the services, for its nodes to pull with, now and later. */
  readonly auth: readonly RegistryAuth[];
  /** Removes the services of this stack that the file no longer names. */
  readonly prune: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Applies a stack by `docker stack deploy`, which alone knows how a compose file becomes services, networks, configs
 * and secrets. Returns when the swarm has taken it, long before it runs: see `followRollout`. Applying the same file
 * again changes nothing. Written for CLI 20.10 to 28; `--detach` is left out, since the older ones do not know it and
 * the newer ones detach by themselves.
 *
 * @returns what the CLI said, line by line.
 * @throws StackError with the CLI's text, or the signal's reason.
 */
export function deployStack(endpoint: EngineEndpoint, deployment: StackDeployment): Promise<string[]> {
  const { name, stackFile, auth, prune, signal } = deployment;
  const options = ['--with-registry-auth', ...(prune ? ['--prune'] : []), '--compose-file', '-'];
  return stackCommand(endpoint, { name, args: ['deploy', ...options], input: stackFile, auth, signal });
}

/** Removes a stack's services, configs, secrets and networks. The swarm stops the tasks afterwards. @throws StackError */
export function removeStack(
  endpoint: EngineEndpoint,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal },
): Promise<string[]> {
  return stackCommand(endpoint, { name, args: ['rm'], input: '', auth: [], signal });
}

interface StackCommand {
  readonly name: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly auth: readonly RegistryAuth[];
  readonly signal?: AbortSignal;
}

async function stackCommand(endpoint: EngineEndpoint, { name, args, input, auth, signal }: StackCommand): Promise<string[]> {
  signal?.throwIfAborted();
  // A name that starts with a dash would be read as an option.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw new StackError(name, null, 'is no valid name of a stack');

  // mkdtemp makes it mode 700. No secret is in an argument, where every process could read it.
  const config = await mkdtemp(join(tmpdir(), 'sluice-docker-'));
  try {
    const env = await writeCliConfig(config, endpoint, auth);
    return await runCli(['stack', ...args, name], { name, env, input, signal });
  } finally {
    await rm(config, { recursive: true, force: true });
  }
}

/** Fills a DOCKER_CONFIG folder of the CLI's own. @returns the environment that makes the CLI use it and nothing else. */
async function writeCliConfig(
  folder: string,
  { host, tls }: EngineEndpoint,
  auth: readonly RegistryAuth[],
): Promise<NodeJS.ProcessEnv> {
  const auths = auth.map(({ serveraddress, username, password }) => [
    serveraddress,
    { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  ]);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: Object.fromEntries(auths) }), { mode: 0o600 });
  const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: folder, DOCKER_HOST: host };
  if (!tls) return env;

  const certs = join(folder, 'tls');
  await mkdir(certs);
  for (const [file, pem] of Object.entries(tls)) await writeFile(join(certs, `${file}.pem`), pem, { mode: 0o600 });
  return { ...env, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs };
}

interface CliCall {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input: string;
  readonly signal?: AbortSignal;
}

async function runCli(args: readonly string[], { name, env, input, signal }: CliCall): Promise<string[]> {
  const cli = spawn('docker', args, { env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => cli.once('close', resolve).once('error', reject));
  cli.stdin.on('error', () => undefined); // A CLI that refuses its arguments does not read; its exit code tells.
  cli.stdin.end(input);

  try {
    const [stdout, stderr, exitCode] = await Promise.all([text(cli.stdout), text(cli.stderr), ended]);
    if (exitCode !== 0) throw new StackError(name, exitCode, stderr.trim() || stdout.trim());
    return `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof StackError ? error : new StackError(name, null, (error as Error).message, { cause: error });
  }
}
