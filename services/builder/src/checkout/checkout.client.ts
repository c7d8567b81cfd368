import { Injectable } from '@nestjs/common';
import { COMMIT, PROJECT_NAME, REF, type RunRef } from '@sluice/contracts';
import { StageFailure } from '@sluice/stage';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuilderConfig } from '../builder.config.js';
import { git, GitError } from './git.client.js';
import { gitEnvironment, isOwn, problemOfCloneUrl, problemOfFetch } from './git.plan.js';
import { Source } from './source.client.js';

/** The attributes of a repository are for its own releases: a build sees every file, as it is. */
const ATTRIBUTES = '* -export-ignore -export-subst\n';

/** Commits, each fetched once into a bare mirror of its repository. */
@Injectable()
export class CheckoutClient {
  /** Who works on a mirror now: one fetch at a time each. Several processes must not share a WORK_DIR. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly config: BuilderConfig) {}

  /** The files of a run's commit. Throws StageFailure when they cannot be had, however often one tries. */
  async at(run: RunRef, cloneUrl: string, signal: AbortSignal): Promise<Source> {
    if (!PROJECT_NAME.test(run.project) || !REF.test(run.ref) || !COMMIT.test(run.commit)) {
      throw new Error('the run names no project, ref or commit that could be fetched');
    }
    const problem = problemOfCloneUrl(cloneUrl, this.config.BUILDER_ALLOW_FILE);
    if (problem) {
      throw new StageFailure('build.bad_clone_url', `The project's clone address cannot be used: ${problem}.`);
    }
    const mirror = join(this.config.WORK_DIR, 'mirrors', `${run.project}.git`);
    await this.alone(mirror, async () => {
      signal.throwIfAborted();
      await this.ensureMirror(mirror, run.commit);
      if (!(await this.has(mirror, run.commit, signal))) await this.fetch(mirror, run, cloneUrl, signal);
    });
    return new Source(mirror, run.commit, this.env(), signal);
  }

  private async alone<T>(mirror: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(mirror) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.turns.set(mirror, settled);
    void settled.then(() => this.turns.get(mirror) === settled && this.turns.delete(mirror));
    return turn;
  }

  /** Made beside its place and moved there, so that a mirror is whole or absent. */
  private async ensureMirror(mirror: string, commit: string): Promise<void> {
    await mkdir(this.home, { recursive: true, mode: 0o700 });
    if (await exists(mirror)) return;
    const unfinished = `${mirror}.${randomUUID()}`;
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`];
    await git({ args, dir: unfinished, env: this.env() });
    await mkdir(join(unfinished, 'info'), { recursive: true });
    await writeFile(join(unfinished, 'info', 'attributes'), ATTRIBUTES);
    await rename(unfinished, mirror);
  }

  /** Our own ref says that the commit came with all it needs; its object alone may be left of a fetch that was killed. */
  private async has(mirror: string, commit: string, signal: AbortSignal): Promise<boolean> {
    const args = ['rev-parse', '--verify', '--quiet', `${keptAs(commit)}^{commit}`];
    const found = await git({ args, dir: mirror, env: this.env(), signal }).catch(nothingFound);
    return found?.toString().trim() === commit;
  }

  private async fetch(mirror: string, run: RunRef, cloneUrl: string, signal: AbortSignal): Promise<void> {
    const own = isOwn(cloneUrl, this.config.RECEIVER_URL);
    const get = async (what: string, to: string): Promise<GitError | undefined> => {
      await rm(join(mirror, `${to}.lock`), { force: true }); // Left by a git that was killed: it is our turn.
      const args = [...FETCH, '--end-of-options', cloneUrl, `${what}:${to}`];
      return git({ args, dir: mirror, env: this.env(own), signal }).then(() => undefined, gitErrorOf);
    };

    if (!(await get(run.commit, keptAs(run.commit)))) return;
    // Some forges serve only what a ref names, so the branch is fetched and the commit looked for in it.
    const error = await get(run.ref, branchAs(run.ref));
    if (error) throw this.explain(error, run, own);
    const keep = ['update-ref', '--end-of-options', keptAs(run.commit), run.commit];
    const kept = await git({ args: ['cat-file', '-e', `${run.commit}^{commit}`], dir: mirror, env: this.env(), signal })
      .then(() => git({ args: keep, dir: mirror, env: this.env(), signal }))
      .catch(nothingFound);
    if (!kept) throw gone(run);
  }

  /** What the people of the project can mend is a failure; what is ours, or may pass, is tried again. */
  private explain(error: GitError, run: RunRef, own: boolean): Error {
    const problem = problemOfFetch(error.stderr);
    if (problem === 'gone') return gone(run);
    if (problem === 'unreachable' || own) return error;
    const words = error.stderr.trim().split('\n').slice(-20);
    const text = `The repository refused to be read: ${words.at(-1)}. Check the project's clone address.`;
    return new StageFailure('build.checkout_refused', text, { lastLogLines: words });
  }

  private get home(): string {
    return join(this.config.WORK_DIR, 'home');
  }

  private env(withToken = false): Readonly<Record<string, string>> {
    const { PATH: path, BUILDER_ALLOW_FILE: allowFile, RECEIVER_URL, SERVICE_TOKEN: token } = this.config;
    const own = { url: RECEIVER_URL.replace(/\/+$/, ''), token };
    return gitEnvironment({ path, home: this.home, allowFile }, withToken ? own : undefined);
  }
}

const FETCH = [
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
];

/** Keeping refs lets the next fetch say what is here already. Names of ours, so that no name of theirs becomes a file. */
const keptAs = (commit: string): string => `refs/sluice/commits/${commit}`;
const branchAs = (ref: string): string => `refs/sluice/branches/${createHash('sha256').update(ref).digest('hex')}`;

const gone = ({ commit, ref }: RunRef): StageFailure =>
  new StageFailure(
    'build.commit_gone',
    `The commit ${commit.slice(0, 12)} is not on ${ref} any more. It was probably replaced by a forced push.`,
  );

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function gitErrorOf(error: unknown): GitError {
  if (error instanceof GitError) return error;
  throw error;
}

/** Git says no by its exit code. */
function nothingFound(error: unknown): undefined {
  if (!(error instanceof GitError) || error.exitCode === undefined) throw error;
}
