import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, it } from 'vitest';
import { callEngine } from './engine.client.js';
import { planFolder } from './folder.js';
import { readLab } from './lab.js';
import { allPids, wasStartedWith } from './proc.js';
import { readRecords } from './processes.js';

/** A folder that user postgres cannot reach, whose path is too long for Unix sockets: the hardest place for a lab. */
const top = mkdtempSync(join(tmpdir(), 'sluice-lab-'));
const dir = join(top, 'a-folder-with-a-very-long-name/'.repeat(3), '.sluice');
const folder = planFolder(dir);
const program = fileURLToPath(new URL('../../dist/lab.main.js', import.meta.url));

interface Launcher {
  readonly pid: number;
  readonly ended: Promise<string>;
  said(): string;
  /** Resolves when the launcher has said this; rejects when it ends without. */
  saying(text: string): Promise<void>;
}

const launched: ChildProcess[] = [];

function launch(env: Record<string, string> = {}, where = dir): Launcher {
  mkdirSync(where, { recursive: true });
  const child = spawn(process.execPath, [program, '--engines', '1', '--dir', where], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  launched.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`)),
  );
  const saying = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (said.includes(text) && resolve());
      child.stderr.on('data', look);
      void ended.then((how) => reject(new Error(`Ended (${how}) without saying "${text}":\n${said}`)));
      look();
    });
  return { pid: child.pid!, ended, said: () => said, saying };
}

/** What the machine shows of a lab, beside what its own processes see in their namespaces. */
function traces() {
  const output = (command: string, ...args: string[]): string[] =>
    execFileSync(command, args, { encoding: 'utf8' }).split('\n');
  return {
    links: output('ip', '-oneline', 'link').map((line) => line.split(':')[1]),
    namespaces: output('ip', 'netns', 'list'),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    firewall: output('iptables-save').filter((line) => !line.startsWith('#')),
    memory: output('ipcs', '--shmems').filter((line) => line.startsWith('0x')),
    controlGroups: readdirSync('/sys/fs/cgroup').filter((name) =>
      existsSync(`/sys/fs/cgroup/${name}/sluice-${folder.id}`),
    ),
    processes: allPids().filter((pid) => wasStartedWith(pid, `SLUICE_LAB=${dir}`)),
    files: [folder.sockets, join(dir, 'lab.json'), join(dir, 'processes.json')].filter(existsSync),
  };
}

const before = traces();
const untilLikeBefore = (): Promise<void> =>
  expect.poll(traces, { timeout: 30_000, interval: 200 }).toEqual(before) as unknown as Promise<void>;

// Only after a failure is there one left; its reaper then cleans up.
afterEach(() => launched.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => rmSync(top, { recursive: true, force: true }));

it('starts, refuses a second start, keeps data between starts, and leaves nothing after SIGTERM', async () => {
  const first = launch();
  await first.saying('ready; every address');
  const lab = readLab(dir)!;
  const { Id } = await callEngine<{ Id: string }>(lab.engines.dev, 'POST', '/containers/create?name=kept', {
    body: { Image: 'busybox:stable', Cmd: ['sleep', '1000'], HostConfig: { RestartPolicy: { Name: 'always' } } },
  });
  await callEngine(lab.engines.dev, 'POST', `/containers/${Id}/start`);
  expect(traces()).not.toEqual(before);

  const second = launch();
  expect(await second.ended).toBe('exit code 1');
  expect(second.said()).toContain(`started by process ${first.pid}`);

  process.kill(first.pid, 'SIGTERM');
  expect(await first.ended).toBe('exit code 0');
  expect(traces()).toEqual(before);

  const again = launch();
  await again.saying('ready; every address');
  expect(readLab(dir)).toEqual(lab);
  const { State } = await callEngine<{ State: { Running: boolean } }>(lab.engines.dev, 'GET', `/containers/${Id}/json`);
  expect(State.Running).toBe(true);

  process.kill(again.pid, 'SIGKILL');
  await again.ended;
  await untilLikeBefore(); // The reaper's work.
}, 120_000);

it('cleans up what a killed launcher and a killed reaper left, and stops in the middle of a start', async () => {
  const killed = launch();
  await killed.saying('dev        ready');
  const { reaper } = JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8')) as { reaper: { pid: number } };
  for (const pid of [reaper.pid, killed.pid]) process.kill(pid, 'SIGKILL');
  await killed.ended;
  expect(readRecords(dir).map(({ name }) => name)).toContain('dev');

  const next = launch();
  await next.saying('an earlier one was killed');
  await next.saying('starting');
  process.kill(next.pid, 'SIGINT');
  expect(await next.ended).toBe('exit code 1');
  expect(traces()).toEqual(before);
}, 120_000);

it('starts a part again that was killed, and uses what the environment gives without touching it', async () => {
  const owner = launch();
  await owner.saying('ready; every address');
  const lab = readLab(dir)!;
  const postgres = readRecords(dir).find(({ name }) => name === 'postgres')!;
  process.kill(postgres.pid, 'SIGKILL');
  await owner.saying('postgres   runs again');

  const given = {
    DATABASE_URL: lab.postgres.url,
    AMQP_URL: lab.broker.adminUrl,
    REGISTRY_URL: lab.registry.url,
    DOCKER_HOST: lab.engines.dev.dockerHost,
  };
  const elsewhere = join(top, 'elsewhere');
  const guest = launch(given, elsewhere);
  await guest.saying('ready; every address');
  expect(readLab(elsewhere)).toMatchObject({
    engineCount: 1,
    engines: { ops1: { dockerHost: lab.engines.dev.dockerHost } },
    postgres: { url: lab.postgres.url },
  });
  expect(readRecords(elsewhere)).toEqual([]);
  process.kill(guest.pid, 'SIGTERM');
  expect(await guest.ended).toBe('exit code 0');
  expect(await callEngine(lab.engines.dev, 'GET', '/_ping')).toBe('OK');

  process.kill(owner.pid, 'SIGTERM');
  expect(await owner.ended).toBe('exit code 0');
  expect(traces()).toEqual(before);
}, 120_000);
