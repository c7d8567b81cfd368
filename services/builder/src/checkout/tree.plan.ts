import { normalize, relative } from 'node:path/posix';

/** What a path of a commit leads to, links followed as long as they stay in the repository. */
export interface Found {
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit';
  /** In bytes. */
  readonly size: number;
}

/** One answer of `git cat-file --batch-check`; undefined for what is missing and for links that lead nowhere or out. */
export function readFound(line: string): Found | undefined {
  const [, oid, type, size] = /^([0-9a-f]{40,64}) (blob|tree|commit) (\d+)$/.exec(line) ?? [];
  return oid ? { oid, type: type as Found['type'], size: Number(size) } : undefined;
}

/**
 * The answers to questions put together. A link that cannot be followed is answered by two lines, the first of which ends
 * with how many bytes come after it.
 */
export function readAnswers(output: Buffer): (Found | undefined)[] {
  const answers: (Found | undefined)[] = [];
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    const line = output.toString('latin1', at, end);
    answers.push(readFound(line));
    const [, follows] = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(line) ?? [];
    at = end + 1 + (follows ? Number(follows) + 1 : 0);
  }
  return answers;
}

/** How a path is written in a question to git: `server`, without `./`; empty for the root. */
export const treePath = (path: string): string => {
  const clean = normalize(path).replace(/\/+$/, '');
  return clean === '.' ? '' : clean;
};

/** The path of a file as seen from a folder of the same repository; undefined when it lies outside. */
export function pathFrom(folder: string, file: string): string | undefined {
  const path = relative(`/${treePath(folder)}`, `/${treePath(file)}`);
  return path === '' || path.startsWith('..') ? undefined : path;
}

/** `mode oid\tpath`, as `git ls-tree` and `git update-index` write and read them. */
export interface Entry {
  readonly mode: string;
  readonly oid: string;
  /** Bytes as Latin-1: names in a tree need not be UTF-8. */
  readonly path: string;
}

export function readEntries(listing: Buffer): Entry[] {
  return listing
    .toString('latin1')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [left, path] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
      const [mode, , oid] = left.split(' ');
      return { mode: mode!, oid: oid!, path };
    });
}

export const writeEntries = (entries: readonly Entry[]): Buffer =>
  Buffer.from(entries.map(({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`).join(''), 'latin1');

/** Names that git itself never writes to a tree, and does not take back. */
export const isUsable = ({ path }: Entry): boolean =>
  !path.split('/').some((name) => name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git');
