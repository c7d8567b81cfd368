import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Longest path of a Unix socket (108 bytes with the final zero), less the longest name that is put below the folder. */
const SOCKET_FOLDER_MAX = 107 - '/postgres/.s.PGSQL.65535.lock'.length;

/** The places of one lab, all derived from the absolute path of its folder. */
export interface Folder {
  readonly dir: string;
  /** Tells this lab's links and control groups from those of another clone. */
  readonly id: string;
  readonly logs: string;
  /** Inside the folder when its path is short enough; else where only root may make names. Removed at the end. */
  readonly sockets: string;
}

export function planFolder(path: string): Folder {
  const dir = resolve(path);
  const id = createHash('sha256').update(dir).digest('hex').slice(0, 8);
  const inside = join(dir, 'run');
  const sockets = Buffer.byteLength(inside) <= SOCKET_FOLDER_MAX ? inside : `/var/lib/sluice-${id}`;
  return { dir, id, logs: join(dir, 'logs'), sockets };
}

/** The lab's one link in the machine's own network namespace; a name of at most 15 characters. */
export const linkOf = (folder: Folder): string => `sl-${folder.id}`;

export function makeFolder(folder: Folder): void {
  mkdirSync(folder.dir, { recursive: true, mode: 0o755 });
  mkdirSync(folder.logs, { recursive: true });
  mkdirSync(folder.sockets, { recursive: true, mode: 0o755 });
}
