import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { Engine, EngineEndpoint } from '../engine.js';
import { answer } from '../engine.error.js';
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
export function deployStack(engine: Engine, deployment: StackDeployment): Promise<string[]> {
  const { name, stackFile, auth, prune, signal } = deployment;
  const options = ['--with-registry-auth', ...(prune ? ['--prune'] : []), '--compose-file', '-'];
  return stackCommand(engine.endpoint, { name, args: ['deploy', ...options], input: stackFile, auth, signal });
}

/** A node that went away with a task of the stack would hold its network for ever. In milliseconds. */
const REMOVAL_PATIENCE_MS = 30_000;

/**
 * Removes a stack's services, configs, secrets and networks; none is fine. The networks go last and not at once: the
 * swarm refuses while a task is still ending, and a deployment of the same name would find the dying network, use it,
 * and fail with "network not found". So this returns when they and the last task are gone.
 * @throws StackError with the CLI's text, also when that takes more than half a minute; EngineError; the signal's reason.
 */
export async function removeStack(
  engine: Engine,
  { name, signal }: { name: string; signal?: AbortSignal },
): Promise<void> {
  const command = { name, args: ['rm'], input: '', auth: [], signal };
  const patienceEnds = Date.now() + REMOVAL_PATIENCE_MS;
  for (;;) {
    const refusal = await stackCommand(engine.endpoint, command).then(() => undefined, networkIsEnding);
    if (await isGone(engine, name, signal)) return;
    if (Date.now() > patienceEnds) throw refusal ?? new StackError(name, null, 'its tasks and networks do not go away');
    await setTimeout(200, undefined, { signal });
  }
}

async function isGone(engine: Engine, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  const filters = { label: [`com.docker.stack.namespace=${name}`] };
  const tasks = answer(`list the tasks of ${name}`, engine.docker.listTasks({ filters }), signal);
  const networks = answer(`list the networks of ${name}`, engine.docker.listNetworks({ filters }), signal);
  return (await Promise.all([tasks, networks])).every((left) => left.length === 0);
}

/** A dying network is in use at first, and at its end still listed though nobody knows it. Throws every other refusal. */
function networkIsEnding(error: unknown): StackError {
  if (error instanceof StackError && /network \S+ (is in use by task|not found)/.test(error.message)) return error;
  throw error;
}

interface StackCommand {
  readonly name: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly auth: readonly RegistryAuth[];
  readonly signal?: AbortSignal;
}

async function stackCommand(
  endpoint: EngineEndpoint,
  { name, args, input, auth, signal }: StackCommand,
): Promise<string[]> {
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
    if (exitCode !== 0) throw new StackError(name, exitCode, wordsOf(stderr).join('\n') || stdout.trim());
    return [...wordsOf(stdout), ...wordsOf(stderr)];
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof StackError ? error : new StackError(name, null, (error as Error).message, { cause: error });
  }
}

/** The newer CLI says each time that it detaches, as if that were news. */
const wordsOf = (output: string): string[] =>
  output.split('\n').filter((line) => line.trim() !== '' && !line.includes('--detach=false'));
