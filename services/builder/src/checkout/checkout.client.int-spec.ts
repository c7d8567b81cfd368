import { processEnviron } from '@sluice/runtime';
import { aFolder, aGitServer, aRepository, aRun, gitIn, type GitServer, removeFolders } from '@sluice/testing';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { BuilderConfig } from '../builder.config.js';
import { CheckoutClient } from './checkout.client.js';

afterAll(removeFolders);

const servers: GitServer[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(...args: Parameters<typeof aGitServer>): Promise<GitServer> {
  const server = await aGitServer(...args);
  servers.push(server);
  return server;
}

/** A checkout client that keeps a list of what it gave to git as arguments. */
function aCheckout(receiverUrl = 'http://127.0.0.1:1'): {
  checkouts: CheckoutClient;
  work: string;
  argv: () => string[];
} {
  const work = aFolder();
  mkdirSync(join(work, 'bin'));
  const log = join(work, 'argv');
  writeFileSync(join(work, 'bin', 'git'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nexec /usr/bin/git "$@"\n`);
  chmodSync(join(work, 'bin', 'git'), 0o755);
  const config = {
    WORK_DIR: work,
    RECEIVER_URL: receiverUrl,
    SERVICE_TOKEN: 'sluice_secret',
    BUILDER_ALLOW_FILE: true,
    PATH: `${join(work, 'bin')}:${processEnviron().PATH}`,
  } as BuilderConfig;
  return { checkouts: new CheckoutClient(config), work, argv: () => readFileSync(log, 'utf8').split('\n') };
}

const never = new AbortController().signal;
const text = (bytes: Buffer | undefined): string | undefined => bytes?.toString();

describe('the checkout client', () => {
  it('fetches a commit once', async () => {
    const repository = aRepository();
    const commit = repository.commit({ Dockerfile: 'FROM scratch\n' });
    const server = await serve(repository.dir);
    const { checkouts } = aCheckout();

    await checkouts.at(aRun({ commit }), `${server.url}/shop.git`, never);
    const asked = server.authorizations.length;
    const again = await checkouts.at(aRun({ commit }), `${server.url}/shop.git`, never);

    expect(text(await again.read('Dockerfile', 100))).toBe('FROM scratch\n');
    expect(asked).toBeGreaterThan(0);
    expect(server.authorizations).toHaveLength(asked);
  });

  it('serves runs of one project that arrive together', async () => {
    const repository = aRepository();
    const commits = Array.from({ length: 8 }, (_, index) =>
      repository.commit({ n: String(index) }, `refs/heads/b${index}`),
    );
    const { checkouts } = aCheckout();

    const sources = await Promise.all(
      commits.map((commit, index) =>
        checkouts.at(aRun({ commit, ref: `refs/heads/b${index}` }), `file://${repository.dir}`, never),
      ),
    );

    const read = await Promise.all(sources.map((source) => source.read('n', 10)));
    expect(read.map(text)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('shows its token to our own remote and to nobody else, and never in arguments', async () => {
    const repository = aRepository();
    const commit = repository.commit({ a: 'a' });
    const [own, foreign] = [await serve(repository.dir), await serve(repository.dir)];
    const { checkouts, argv } = aCheckout(own.url);

    await checkouts.at(aRun({ commit, project: 'ours' }), `${own.url}/git/ours.git`, never);
    await checkouts.at(aRun({ commit, project: 'theirs' }), `${foreign.url}/git/theirs.git`, never);

    const token = Buffer.from('builder:sluice_secret').toString('base64');
    expect(new Set(own.authorizations)).toEqual(new Set([`Basic ${token}`]));
    expect(new Set(foreign.authorizations)).toEqual(new Set([undefined]));
    expect(argv().join('\n')).not.toMatch(new RegExp(`sluice_secret|${token}`));
  });

  it('follows no redirect', async () => {
    const repository = aRepository();
    const commit = repository.commit({ a: 'a' });
    const inner = await serve(repository.dir);
    const outer = await serve(repository.dir, {
      answer: ({ url }) => ({ status: 302, location: `${inner.url}${url}` }),
    });

    const failure = aCheckout().checkouts.at(aRun({ commit }), `${outer.url}/shop.git`, never);

    await expect(failure).rejects.toMatchObject({ code: 'build.checkout_refused' });
    expect(inner.authorizations).toEqual([]);
  });

  it('fetches the branch where a forge refuses to serve a commit by its name', async () => {
    const repository = aRepository();
    const first = repository.commit({ a: '1' });
    const tree = gitIn(repository.dir, ['rev-parse', `${first}^{tree}`]);
    const second = gitIn(repository.dir, ['commit-tree', '-p', first, '-m', 'next', tree]);
    gitIn(repository.dir, ['update-ref', 'refs/heads/main', second]);
    const server = await serve(repository.dir, { protocol: 0 });

    const source = await aCheckout().checkouts.at(aRun({ commit: first }), `${server.url}/shop.git`, never);

    expect(text(await source.read('a', 10))).toBe('1');
  });

  it.each([0, 2] as const)('fails the run when the commit was pushed away (protocol %i)', async (protocol) => {
    const repository = aRepository();
    repository.commit({ a: '1' });
    const server = await serve(repository.dir, { protocol });

    const failure = aCheckout().checkouts.at(aRun(), `${server.url}/shop.git`, never);

    await expect(failure).rejects.toMatchObject({ code: 'build.commit_gone', name: 'StageFailure' });
  });

  it('fails the run when a foreign repository refuses, and tries again when our own does', async () => {
    const repository = aRepository();
    const commit = repository.commit({ a: '1' });
    const server = await serve(repository.dir, { answer: () => ({ status: 403 }) });
    const url = `${server.url}/shop.git`;

    await expect(aCheckout().checkouts.at(aRun({ commit }), url, never)).rejects.toMatchObject({
      code: 'build.checkout_refused',
    });
    await expect(aCheckout(server.url).checkouts.at(aRun({ commit }), url, never)).rejects.toMatchObject({
      name: 'GitError',
    });
  });

  it('tries again later when nobody answers', async () => {
    const failure = aCheckout().checkouts.at(aRun(), 'http://127.0.0.1:1/shop.git', never);
    await expect(failure).rejects.toMatchObject({ name: 'GitError' });
  });

  it('ends with the job, also while git waits for an answer', async () => {
    const server = await serve('/nonexistent', { answer: () => 'hang' });
    const abort = new AbortController();
    const failure = aCheckout().checkouts.at(aRun(), `${server.url}/shop.git`, abort.signal);
    const seen = expect(failure).rejects.toThrow('the run was canceled');
    while (server.authorizations.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error('the run was canceled'));
    await seen;
  });

  it('goes on after a fetch that was killed', async () => {
    const repository = aRepository();
    const commit = repository.commit({ a: '1' });
    const { checkouts, work } = aCheckout();
    await checkouts.at(aRun({ commit: repository.commit({ b: '1' }) }), `file://${repository.dir}`, never);
    // The commit without its tree, and the lock of a ref: what is left when the machine goes down.
    const mirror = join(work, 'mirrors', 'shop.git');
    gitIn(
      mirror,
      ['hash-object', '-t', 'commit', '-w', '--stdin'],
      `${gitIn(repository.dir, ['cat-file', 'commit', commit])}\n`,
    );
    writeFileSync(join(mirror, 'refs', 'sluice', 'commits', `${commit}.lock`), '');
    gitIn(repository.dir, ['update-ref', 'refs/heads/main', commit]);

    const source = await checkouts.at(aRun({ commit }), `file://${repository.dir}`, never);

    expect(text(await source.read('a', 10))).toBe('1');
  });

  it('gives hostile branch names to nobody as an option or a command', async () => {
    const repository = aRepository();
    const base = repository.commit({ a: '1' });
    const { checkouts, work, argv } = aCheckout();
    const canary = join(work, 'canary');
    const names = [
      '--upload-pack=x',
      '-x',
      'a`touch canary`',
      'a$(touch canary)',
      '<img>',
      'a;touch canary',
      "a'b",
      'a"b',
      '|x',
      '@a',
      'HEAD',
      '%s',
      'ä/ö',
      '--',
      'a&b',
    ].flatMap((name) =>
      Array.from({ length: 2 }, (_, index) => `refs/heads/${name.replaceAll(' ', '${IFS}')}${index || ''}`),
    );
    const url = (await serve(repository.dir, { protocol: 0 })).url;

    for (const [index, ref] of names.entries()) {
      const tree = gitIn(repository.dir, ['rev-parse', `${base}^{tree}`]);
      const commit = gitIn(repository.dir, ['commit-tree', '-p', base, '-m', `commit ${index}`, tree]);
      const head = gitIn(repository.dir, ['commit-tree', '-p', commit, '-m', 'head', tree]);
      gitIn(repository.dir, ['update-ref', ref, head]); // Not the head: so the branch is what must be asked for.
      const source = await checkouts.at(aRun({ ref, commit }), `${url}/shop.git`, never);
      expect(text(await source.read('a', 10)), ref).toBe('1');
    }

    const options = new Set(argv().filter((arg) => arg.startsWith('-')));
    expect([...options].sort()).toEqual(
      [
        '--batch-check',
        '--bare',
        '--end-of-options',
        '--follow-symlinks',
        '--force',
        '--no-auto-maintenance',
        '--no-recurse-submodules',
        '--no-tags',
        '--no-write-fetch-head',
        '--object-format=sha1',
        '--quiet',
        '--template=',
        '--verify',
        '-e',
      ].sort(),
    );
    expect(existsSync(canary)).toBe(false);
    expect(readdirSync(process.cwd())).not.toContain('canary');
  });

  it.each(['ext::sh -c touch% canary', '--upload-pack=touch canary', '/etc', 'git://127.0.0.1/x', 'https://a:b@c/d'])(
    'refuses the address %s without asking git',
    async (url) => {
      await expect(aCheckout().checkouts.at(aRun(), url, never)).rejects.toMatchObject({ code: 'build.bad_clone_url' });
    },
  );

  it.each([
    { project: '../etc' },
    { project: 'A' },
    { ref: '--upload-pack=x' },
    { ref: 'refs/heads/a:b' },
    { commit: '--help' },
  ])('takes no run that names %j', async (names) => {
    await expect(aCheckout().checkouts.at(aRun(names), 'https://forge.example/x', never)).rejects.toThrow('names no');
  });
});
