import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Plain JavaScript without dependencies: this runs before anything is installed or built.
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MINIMUM = [20, 19];
const SAY_AFTER_MS = 1_500;

/** Brings a fresh clone to where its programs run. Quick and silent when all is there. */
export async function setUp() {
  checkNode();
  // Not `npm ci`: it refuses a registry that lacks the binaries of other platforms. This installs the same locked versions.
  if (!isInstalled()) await step('installing the packages of package-lock.json', 'npm', ['install', '--no-save']);
  await step('building', process.execPath, [nx(), 'run-many', '-t', 'build', '--outputStyle=static']);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  fail(`Sluice needs Node ${NODE_MINIMUM.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Runs a program quietly; says so only when it takes a while, and shows what it printed only when it fails. */
function step(what, command, args) {
  const said = setTimeout(() => console.error(`setup: ${what} …`), SAY_AFTER_MS);
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', FORCE_COLOR: '0' };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));

  return new Promise((resolve) => {
    child.once('error', (error) => fail(`${what}: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(said);
      if (code === 0) resolve();
      else fail(`${Buffer.concat(output).toString()}\n${what} failed (${signal ?? `exit code ${code}`}).`);
    });
  });
}

const nx = () => join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');

/** Whether node_modules holds what the lock file names. npm writes what it installed beside it, in the same format. */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json'))
    .filter(([path, { optional, devOptional }]) => path.includes('node_modules/') && !optional && !devOptional)
    .every(([path, { version, link }]) => installed[path]?.version === version && installed[path]?.link === link);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return {}; // Never installed.
  }
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUp();
