import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from './environment.js';
import { INSTALL_SCRIPT, installCommand, packagesFor, type Need } from './packages.plan.js';
import { postgresVersions } from './postgres.version.js';
import type { Report } from './report.js';

export const RABBITMQ_SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** What a part of the lab needs before it can start. */
export const NEEDS = {
  always: [program('git', 'git'), program('openssl', 'openssl'), program('docker', 'docker.io')],
  postgres: [{ program: 'postgres', package: 'postgresql', isThere: () => postgresVersions().length > 0 }],
  broker: [{ program: 'rabbitmq-server', package: 'rabbitmq-server', isThere: () => existsSync(RABBITMQ_SERVER) }],
  registry: [program('docker-registry', 'docker-registry')],
  engines: [
    program('dockerd', 'docker.io'),
    program('ip', 'iproute2'),
    program('iptables', 'iptables'),
    { program: 'busybox', package: 'busybox-static', isThere: hasStaticBusybox },
  ],
} satisfies Record<string, Check[]>;

interface Check extends Need {
  readonly isThere: () => boolean;
}

/** The lab cannot start, and the text says what the person at the terminal can do about it. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** Installs the Debian packages that are missing, after saying which. Does nothing when all is there. */
export async function ensurePackages(
  parts: readonly (keyof typeof NEEDS)[],
  report: Report,
  log: number,
): Promise<void> {
  const missing = missingOf(parts);
  if (missing.length === 0) return;

  const packages = packagesFor(missing);
  const lacks = missing.map((need) => need.program).join(', ');
  report.step('packages', `missing ${lacks}: installing ${packages.join(' ')}; no service of the system is started`);

  const code = await install(packages, log);
  if (code !== 0) {
    throw new LabError(`Missing: ${lacks}. Install as root, then start again:\n  ${installCommand(packages)}`);
  }

  const still = missingOf(parts);
  if (still.length > 0) {
    throw new LabError(`Installed ${packages.join(' ')}, and still missing: ${still.map((n) => n.program).join(', ')}`);
  }
  report.step('packages', 'installed');
}

const missingOf = (parts: readonly (keyof typeof NEEDS)[]): Check[] =>
  parts.flatMap((part): Check[] => NEEDS[part]).filter((need) => !need.isThere());

function install(packages: readonly string[], log: number): Promise<number> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const settings = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
  const [command, ...args] = [
    ...asRoot,
    ...settings,
    ...['unshare', '--mount', 'sh', '-c', INSTALL_SCRIPT, 'install'],
    ...packages,
  ];
  return new Promise((resolve) => {
    const child = spawn(command!, args, { stdio: ['ignore', log, log] });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function program(name: string, debianPackage: string): Check {
  return { program: name, package: debianPackage, isThere: () => findProgram(name) !== undefined };
}

/** Where a program is. The folders of the administrator's programs count even when they are not on the PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const PROGRAM_INTERPRETER = 3;

/** An image of one file needs a busybox without a loader; Debian's plain `busybox` names one in its ELF header. */
function hasStaticBusybox(): boolean {
  const path = findProgram('busybox');
  if (path === undefined) return false;

  const file = readFileSync(path);
  const [offset, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)];
  return !Array.from({ length: count }, (_, i) => file.readUInt32LE(offset + i * size)).includes(PROGRAM_INTERPRETER);
}
