import { buildImage, connectEngine, runContainer } from '@sluice/docker';
import { processEnviron } from '@sluice/runtime';
import { aFolder, aJob, anImage, aRepository, aRun, fake, readLab, type Files, removeFolders } from '@sluice/testing';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuilderConfig } from '../builder.config.js';
import { CheckoutClient } from '../checkout/checkout.client.js';
import { BuildStage } from './build.stage.js';
import type { ImageBuilderClient } from './image-builder.client.js';
import type { ImagesRepository } from './images.repository.js';

afterAll(removeFolders);

/** Real git and the lab's engine; the push, which needs the whole suite, is left out. */
describe('the build stage on an engine', () => {
  const prefix = `sluice-test-${randomBytes(4).toString('hex')}`;
  const built: string[] = [];
  let engine: ReturnType<typeof connectEngine>;
  beforeAll(() => void (engine = connectEngine({ host: readLab().engines.dev.dockerHost })));
  afterAll(async () => {
    await Promise.all(built.map((image) => engine.docker.getImage(image).remove({ force: true })));
    engine.close();
  });

  const builder = fake<ImageBuilderClient>({
    buildAndPush: async ({ plan: { service, repository, args, target }, tag, ...order }) => {
      const image = `${prefix}/${repository}:${tag}`;
      await buildImage(engine, { ...order, tag: image, args, target });
      built.push(image);
      return anImage({ service, repository });
    },
  });
  const images = fake<ImagesRepository>({ of: async () => [], record: async () => undefined });
  const config = {
    WORK_DIR: aFolder(),
    RECEIVER_URL: 'http://127.0.0.1:1',
    BUILDER_ALLOW_FILE: true,
    PATH: processEnviron().PATH,
  } as BuilderConfig;
  const stage = new BuildStage(new CheckoutClient(config), builder, images);

  const jobOf = (files: Files, overrides = {}) => {
    const repository = aRepository();
    const run = aRun({ commit: repository.commit(files) });
    return aJob('build', { run, input: { cloneUrl: `file://${repository.dir}` }, ...overrides });
  };

  /** What a command prints inside an image. */
  const inside = async (image: string, ...command: string[]): Promise<string> => {
    const lines: string[] = [];
    const limits = { memoryBytes: 64 * 1024 * 1024, cpus: 1, pidsLimit: 50, network: 'none', env: {}, labels: {} };
    const name = `${prefix}-${built.length}-${command.length}`;
    await runContainer(engine, { name, image, command, ...limits, onLine: (line) => lines.push(line) });
    return lines.join('\n');
  };

  it('builds each service of a stack from its own folder', async () => {
    const job = jobOf({
      'sluice.yml': 'deploy: { stack: ops/stack.yml }',
      'ops/stack.yml': `services:
  web: { build: { context: ../web, dockerfile: ../ops/web.Dockerfile, args: { WORD: hello } } }
  jobs: { build: ../jobs }`,
      'ops/web.Dockerfile': 'FROM busybox:stable\nARG WORD\nRUN echo $WORD > /word\nCOPY . /app\n',
      'web/page': 'page',
      'web/secret': 'secret',
      'web/.dockerignore': '*\n!page\n',
      'jobs/Dockerfile': { link: 'recipe' },
      'jobs/recipe': 'FROM busybox:stable\nCOPY . /app\n',
    });

    const { images: made } = await stage.run(job);

    expect(made.map(({ repository }) => repository)).toEqual(['dev/shop/web', 'dev/shop/jobs']);
    const [web, jobs] = built;
    expect(await inside(web!, 'sh', '-c', 'cat /word; ls -A /app')).toBe('hello\n.sluice.Dockerfile\npage');
    expect(await inside(jobs!, 'ls', '/app')).toContain('recipe');
    expect(job.lines.some((line) => line.includes('RUN echo'))).toBe(true);
    const { Config } = await engine.docker.getImage(web!).inspect();
    expect(Config.Labels).toMatchObject({
      'sluice.run': job.run.id,
      'org.opencontainers.image.revision': job.run.commit,
    });
  });

  it('fails with the step, its exit code and its last lines', async () => {
    const job = jobOf({ Dockerfile: 'FROM busybox:stable\nRUN echo about to fail && exit 7\n' });
    const failure = await stage.run(job).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'build.failed', evidence: { exitCode: 7 } });
    expect((failure as { evidence: { where: string } }).evidence.where).toContain('RUN echo about to fail');
    expect((failure as { evidence: { lastLogLines: string[] } }).evidence.lastLogLines.join('\n')).toContain(
      'about to fail',
    );
  });

  it('fails with the words of the parser for a Dockerfile that is none', async () => {
    await expect(stage.run(jobOf({ Dockerfile: 'FORM busybox\n' }))).rejects.toMatchObject({ code: 'build.failed' });
  });

  it('ends with the run', async () => {
    const abort = new AbortController();
    const job = jobOf({ Dockerfile: 'FROM busybox:stable\nRUN sleep 60\n' }, { signal: abort.signal });
    const failure = expect(stage.run(job)).rejects.toThrow('the run was canceled');
    while (!job.lines.some((line) => line.includes('RUN sleep'))) await new Promise((next) => setTimeout(next, 20));
    abort.abort(new Error('the run was canceled'));
    await failure;
  });
});
