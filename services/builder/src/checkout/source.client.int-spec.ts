import { processEnviron } from '@sluice/runtime';
import { aFolder, aRepository, aRun, type Files, removeFolders } from '@sluice/testing';
import { execFileSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuilderConfig } from '../builder.config.js';
import { CheckoutClient } from './checkout.client.js';
import type { BuildContext, Source } from './source.client.js';

afterAll(removeFolders);

const text = (bytes: Buffer | undefined): string | undefined => bytes?.toString();

async function sourceOf(files: Files): Promise<Source> {
  const repository = aRepository();
  const config = {
    WORK_DIR: aFolder(),
    RECEIVER_URL: 'http://127.0.0.1:1',
    BUILDER_ALLOW_FILE: true,
    PATH: processEnviron().PATH,
  } as BuilderConfig;
  const run = aRun({ commit: repository.commit(files) });
  return new CheckoutClient(config).at(run, `file://${repository.dir}`, new AbortController().signal);
}

/** Path → text of everything in a context's tar, by the tar program. */
async function unpack(context: BuildContext): Promise<Record<string, string>> {
  const tar = await buffer(context.tar);
  const run = (...args: string[]): string => execFileSync('tar', args, { input: tar, encoding: 'latin1' });
  const files = run('-t', '--quoting-style=literal')
    .split('\n')
    .filter((path) => path !== '' && !path.endsWith('/'));
  return Object.fromEntries(files.map((path) => [path, path.includes('?') ? '' : run('-xO', '--', path)]));
}

describe('the files of a commit', () => {
  it('are read by their path, links within the repository included', async () => {
    const source = await sourceOf({
      'sluice.yml': { link: 'ops/sluice.yml' },
      'ops/sluice.yml': 'text',
      outside: { link: '../../etc/passwd' },
      absolute: { link: '/etc/passwd' },
      nowhere: { link: 'missing' },
      loop: { link: 'loop' },
    });
    expect(text(await source.read('sluice.yml', 100))).toBe('text');
    expect((await source.read('sluice.yml', 3))?.length).toBe(4);
    for (const path of ['outside', 'absolute', 'nowhere', 'loop', 'missing', 'ops']) {
      expect(await source.read(path, 100), path).toBeUndefined();
    }
  });

  it('are the context of a build, whatever attributes say', async () => {
    const source = await sourceOf({
      Dockerfile: 'FROM scratch',
      'src/a b': 'a',
      'src/version': '$Format:%H$',
      '.gitattributes': 'src/* export-ignore export-subst\n* filter=evil\n',
      link: { link: '/etc/passwd' },
    });
    const context = (await source.context('.', './Dockerfile')) as BuildContext;
    expect(context.dockerfile).toBe('Dockerfile');
    expect(await unpack(context)).toMatchObject({
      Dockerfile: 'FROM scratch',
      'src/a b': 'a',
      'src/version': '$Format:%H$',
      link: '',
    });
  });

  it('leave out what .dockerignore names, but the Dockerfile', async () => {
    const files = { Dockerfile: 'FROM scratch', a: 'a', 'docs/b': 'b', 'docs/keep': 'c' };
    const plain = await sourceOf({ ...files, '.dockerignore': '*\n!docs/keep\n' });
    const own = await sourceOf({ ...files, '.dockerignore': '*', 'Dockerfile.dockerignore': 'docs\n' });

    expect(Object.keys(await unpack((await plain.context('.', 'Dockerfile')) as BuildContext))).toEqual([
      'Dockerfile',
      'docs/keep',
    ]);
    expect(Object.keys(await unpack((await own.context('.', 'Dockerfile')) as BuildContext))).toEqual([
      '.dockerignore',
      'Dockerfile',
      'Dockerfile.dockerignore',
      'a',
    ]);
  });

  it('may be a folder, with the Dockerfile in it or elsewhere, or a link to it', async () => {
    const source = await sourceOf({
      'server/Dockerfile': 'FROM scratch',
      'server/a': 'a',
      'web.Dockerfile': 'FROM web',
      'server/linked': { link: '../web.Dockerfile' },
      b: 'b',
    });
    const inside = (await source.context('./server/', 'server/Dockerfile')) as BuildContext;
    expect(inside.dockerfile).toBe('Dockerfile');
    expect(Object.keys(await unpack(inside))).toEqual(['Dockerfile', 'a', 'linked']);

    const outside = (await source.context('server', 'web.Dockerfile')) as BuildContext;
    expect((await unpack(outside))[outside.dockerfile]).toBe('FROM web');

    const linked = (await source.context('server', 'server/linked')) as BuildContext;
    const unpacked = await unpack(linked);
    expect(unpacked[linked.dockerfile]).toBe('FROM web');
    expect(unpacked.b).toBeUndefined();
  });

  it('give the same bytes every time', async () => {
    const source = await sourceOf({ 'server/Dockerfile': 'FROM scratch', '.dockerignore': 'x' });
    const once = async (): Promise<Buffer> =>
      buffer(((await source.context('server', 'server/Dockerfile')) as BuildContext).tar);
    const first = await once();
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Times in a tar have whole seconds.
    expect((await once()).equals(first)).toBe(true);
  });

  it('tell which part of a build is missing', async () => {
    const source = await sourceOf({ 'server/a': 'a', outside: { link: '/etc/passwd' }, up: { link: '..' } });
    expect(await source.context('.', 'Dockerfile')).toBe('dockerfile');
    expect(await source.context('.', 'server')).toBe('dockerfile');
    expect(await source.context('.', 'outside')).toBe('dockerfile');
    expect(await source.context('missing', 'server/a')).toBe('context');
    expect(await source.context('up', 'server/a')).toBe('context');
    expect(await source.context('server/a', 'server/a')).toBe('context');
  });
});
