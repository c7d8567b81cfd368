import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root, setUp } from './setup.mjs';

// node tools/run.mjs <program> [arguments…]: sets up, then becomes the program. No process stands between the two, so
// signals reach it once, and its exit code is this one's.
const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error('usage: node tools/run.mjs <program> [arguments…]');
  process.exit(2);
}
await setUp();

if (process.getuid?.() === 0 || !canSudo()) {
  endWithNpm();
  process.argv = [process.execPath, resolve(root, program), ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(process.argv[1]).href);
} else {
  runAsRoot();
}

/** When npm is killed, nobody is left to see what this prints or to stop it: end as if asked to. */
function endWithNpm() {
  if (!isBelowNpm()) return;
  const watch = setInterval(() => {
    if (isBelowNpm()) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

/** npm, which names its process so, is not always the parent: most shells stay between. */
function isBelowNpm() {
  try {
    for (let pid = process.ppid; pid > 1;) {
      const [, command, parent] = /\((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      if (command.startsWith('npm')) return true;
      pid = Number(parent);
    }
  } catch {
    // No /proc here, or a process that has just ended.
  }
  return false;
}

/** The lab makes namespaces and engines, which only root may. */
function canSudo() {
  return spawnSync('sudo', ['-n', '-E', 'true'], { stdio: 'ignore' }).status === 0;
}

function runAsRoot() {
  const again = [process.execPath, fileURLToPath(import.meta.url), program, ...args];
  const child = spawn('sudo', ['-n', '-E', ...again], { stdio: 'inherit' });
  // Ctrl-C reaches sudo and its program from the terminal; other signals come only here.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(signal ? 1 : code));
}
