import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Folder } from './folder.js';
import { statOf } from './proc.js';
import { openLog } from './processes.js';

export interface Reaper {
  readonly pid: number;
  readonly startTime: number;
  /** Lets it clean what is left, and resolves when it has gone. */
  dismiss(): Promise<void>;
}

/** Starts the process that cleans up when this one ends without doing so. */
export function startReaper(folder: Folder): Reaper {
  const log = openLog(join(folder.logs, 'reaper.log'));
  const program = fileURLToPath(new URL('./reaper.main.js', import.meta.url));
  const child = spawn(process.execPath, [program, folder.dir], {
    cwd: '/',
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);

  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin!.on('error', () => undefined); // It was killed; the next start cleans up instead.
  return {
    pid: child.pid ?? 0,
    startTime: statOf(child.pid ?? 0)?.startTime ?? 0,
    async dismiss() {
      child.stdin!.end();
      await gone;
    },
  };
}
