import { readLab } from '@sluice/testing';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../engine.js';
import { buildContext } from '../testing/build-context.js';
import { type ImageBuild, buildImage } from './build.client.js';

const engine = connectEngine({ host: readLab().engines.dev.dockerHost });
const tag = `build-test:${randomUUID()}`;
afterAll(async () => {
  await engine.docker
    .getImage(tag)
    .remove({ force: true })
    .catch(() => undefined);
  engine.close();
});

function build(
  dockerfile: string,
  more: Partial<ImageBuild> = {},
): { lines: string[]; done: Promise<{ imageId: string }> } {
  const lines: string[] = [];
  const context = buildContext({ Dockerfile: dockerfile, 'app/hello.txt': 'hello\n' });
  const labels = { 'sluice.run': 'r1' };
  const done = buildImage(engine, {
    context,
    dockerfile: 'Dockerfile',
    tag,
    labels,
    onLine: (line) => lines.push(line),
    ...more,
  });
  return { lines, done };
}

/** The lab's engines share this machine's processes with us. */
async function processesWith(word: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((id) => /^\d+$/.test(id));
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(word));
}

describe('buildImage', () => {
  it('builds with labels and arguments and shows its log', async () => {
    const word = randomUUID();
    const { lines, done } = build(
      `FROM busybox:stable\nARG WORD\nCOPY app /app\nRUN echo "the word is $WORD" && printf 'grüße\\nwithout end' >&2\n`,
      { args: { WORD: word } },
    );
    const { imageId } = await done;

    const image = await engine.docker.getImage(tag).inspect();
    expect(image.Id).toBe(imageId);
    expect(image.Config.Labels).toMatchObject({ 'sluice.run': 'r1' });
    const step = lines.find((line) => line.includes('[3/3] RUN echo'))?.split(' ')[0];
    expect(lines).toEqual(
      expect.arrayContaining([`${step} the word is ${word}`, `${step} grüße`, `${step} without end`]),
    );
    expect(lines.some((line) => line.startsWith(`${step} DONE `))).toBe(true);
  });

  it('says which step broke, with its exit code and last lines', async () => {
    const { done } = build(`FROM busybox:stable\nRUN echo ${randomUUID()} && echo nearly && exit 3\n`);
    await expect(done).rejects.toMatchObject({
      name: 'BuildError',
      exitCode: 3,
      step: expect.stringContaining('[2/2] RUN echo'),
      lastLines: expect.arrayContaining([expect.stringMatching(/^#\d+ nearly$/)]),
    });
  });

  it.each([
    ['an unknown instruction', 'FROM busybox:stable\nBREW coffee\n', /unknown instruction: BREW/],
    ['a file that is not there', 'FROM busybox:stable\nCOPY nothing /\n', /nothing.*not found/],
    ['an empty Dockerfile', '', /Dockerfile.*cannot be empty|no build stage|file with no instructions/],
  ])('is a broken build with %s', async (_, dockerfile, message) => {
    const { done } = build(dockerfile);
    await expect(done).rejects.toMatchObject({
      name: 'BuildError',
      message: expect.stringMatching(message),
      exitCode: undefined,
    });
  });

  it('is a broken build without its Dockerfile', async () => {
    const { done } = build('FROM scratch', { dockerfile: 'other/Dockerfile' });
    await expect(done).rejects.toMatchObject({ name: 'BuildError', message: expect.stringMatching(/other/) });
  });

  it('ends the running step when cancelled', async () => {
    const cancel = new AbortController();
    const word = randomUUID();
    let started = (): void => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const { done } = build(`FROM busybox:stable\nRUN echo go-${word} && sleep 300; true\n`, {
      signal: cancel.signal,
      onLine: (line) => line.endsWith(` go-${word}`) && started(),
    });
    done.catch(() => undefined);
    await running;
    expect(await processesWith(`go-${word}`)).not.toEqual([]);
    cancel.abort(new Error('superseded'));
    await expect(done).rejects.toThrow('superseded');
    await expect.poll(() => processesWith(`go-${word}`), { timeout: 10_000 }).toEqual([]);
  });

  it('reports a context that breaks off', async () => {
    const context = new Readable({ read: () => undefined });
    const { done } = build('', { context });
    setTimeout(() => context.destroy(new Error('git archive failed')), 50);
    await expect(done).rejects.toThrow('git archive failed');
  });

  it('reports an engine that is not there', async () => {
    const nowhere = connectEngine({ host: 'unix:///nowhere/docker.sock' });
    const context = buildContext({ Dockerfile: 'FROM scratch' });
    const done = buildImage(nowhere, { context, dockerfile: 'Dockerfile', tag, labels: {}, onLine: () => undefined });
    await expect(done).rejects.toMatchObject({ name: 'EngineError', status: undefined });
  });
});
