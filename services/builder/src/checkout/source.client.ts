import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { git, gitStream, type GitCall } from './git.client.js';
import { dockerignore } from './dockerignore.plan.js';
import {
  isUsable,
  pathFrom,
  readAnswers,
  readEntries,
  treePath,
  writeEntries,
  type Entry,
  type Found,
} from './tree.plan.js';

/** A build's part of the repository as a tar, and where in it the Dockerfile is. */
export interface BuildContext {
  readonly tar: Readable;
  readonly dockerfile: string;
}

/** The folder or the Dockerfile of a build is not there, or is a link that leads nowhere or out of the repository. */
export type MissingPart = 'context' | 'dockerfile';

const MAX_LISTING_BYTES = 128 * 1024 * 1024;
const MAX_IGNORE_BYTES = 64 * 1024;
/** Where a Dockerfile goes that lies outside of the context. */
const OUTSIDE_DOCKERFILE = '.sluice.Dockerfile';

/**
 * The files of one commit, read from the mirror. They are never checked out: a hostile tree (links, odd names, attributes
 * with filters) has nothing to say to a disk that it never touches; it goes as a tar straight into the engine.
 */
export class Source {
  constructor(
    private readonly mirror: string,
    readonly commit: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly signal: AbortSignal,
  ) {}

  /** Undefined when there is no such file. Of a longer one only the beginning is read, one byte more than `maxBytes`. */
  async read(path: string, maxBytes: number): Promise<Buffer | undefined> {
    const [found] = await this.find([path]);
    if (found?.type !== 'blob') return undefined;
    return found.size > maxBytes
      ? Buffer.alloc(maxBytes + 1, ' ')
      : this.run(['cat-file', 'blob', found.oid], { maxBytes });
  }

  /** The files that a build may read, without what .dockerignore leaves out. */
  async context(folder: string, dockerfile: string): Promise<BuildContext | MissingPart> {
    const ignoreFiles = [`${dockerfile}.dockerignore`, `${folder}/.dockerignore`]; // In Docker's order of precedence.
    const paths = [folder, dockerfile, ...ignoreFiles];
    const [[tree, recipe, ...ignores], [, plainRecipe]] = await Promise.all([
      this.find(paths),
      this.find(paths, false),
    ]);
    if (tree?.type !== 'tree') return 'context';
    if (recipe?.type !== 'blob') return 'dockerfile';

    const inside = plainRecipe?.oid === recipe.oid ? pathFrom(folder, dockerfile) : undefined;
    const ignore = ignores.find((file) => file?.type === 'blob' && file.size <= MAX_IGNORE_BYTES);
    const name = inside ?? OUTSIDE_DOCKERFILE;
    const root = inside && !ignore ? tree.oid : await this.reduce(tree.oid, ignore, { path: name, oid: recipe.oid });
    return { tar: await this.tar(root, treePath(folder) === '' && root === tree.oid), dockerfile: name };
  }

  /** Asks for several paths at once: each process costs more than its question. */
  private async find(paths: readonly string[], followLinks = true): Promise<(Found | undefined)[]> {
    const follow = followLinks ? ['--follow-symlinks'] : [];
    const input = paths.map((path) => `${this.commit}:${treePath(path)}\n`).join('');
    return readAnswers(await this.run(['cat-file', '--batch-check', ...follow], { input }));
  }

  /** Writes a tree without the ignored files and with the Dockerfile, which is never ignored. */
  private async reduce(
    tree: string,
    ignore: Found | undefined,
    recipe: { path: string; oid: string },
  ): Promise<string> {
    const [listing, rules] = await Promise.all([
      this.run(['ls-tree', '-r', '-z', '--full-tree', tree], { maxBytes: MAX_LISTING_BYTES }),
      ignore ? this.run(['cat-file', 'blob', ignore.oid]) : Buffer.alloc(0),
    ]);
    const ignores = dockerignore(rules.toString('latin1'));
    const kept: Entry[] = [];
    for (const [index, entry] of readEntries(listing).entries()) {
      if (entry.path !== recipe.path && isUsable(entry) && !ignores(entry.path)) kept.push(entry);
      if (index % 200 === 0) await breathe(undefined, { signal: this.signal }); // A large tree must not stop the others.
    }
    kept.push({ mode: '100644', oid: recipe.oid, path: recipe.path });

    const index = join(this.mirror, `sluice-index-${randomUUID()}`);
    const env = { ...this.env, GIT_INDEX_FILE: index };
    try {
      await this.run(['update-index', '-z', '--index-info'], { env, input: writeEntries(kept) });
      return (await this.run(['write-tree', '--missing-ok'], { env })).toString().trim();
    } finally {
      await rm(index, { force: true });
      await rm(`${index}.lock`, { force: true });
    }
  }

  /** The files get the commit's time, so that the same commit always gives the same layers. */
  private async tar(tree: string, isWholeCommit: boolean): Promise<Readable> {
    const commit = isWholeCommit ? this.commit : await this.commitOf(tree);
    const args = ['archive', '--format=tar', commit];
    return gitStream({ args, dir: this.mirror, env: this.env, signal: this.signal });
  }

  /** `git archive` takes the time from a commit and gives a bare tree the present one: so the tree gets a commit. */
  private async commitOf(tree: string): Promise<string> {
    const seconds = (await this.run(['show', '-s', '--format=%ct', this.commit])).toString().trim();
    const who = { NAME: 'Sluice', EMAIL: 'sluice@localhost', DATE: `${seconds} +0000` };
    const both = Object.entries(who).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]);
    const env = { ...this.env, ...Object.fromEntries(both) };
    return (await this.run(['commit-tree', '-m', 'build context', tree], { env })).toString().trim();
  }

  private run(args: string[], options: Partial<GitCall> = {}): Promise<Buffer> {
    return git({ args, dir: this.mirror, env: this.env, signal: this.signal, ...options });
  }
}
