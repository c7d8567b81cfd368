import { BuildError } from '@sluice/docker';
import { aJob, anImage, aRun, fake } from '@sluice/testing';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CheckoutClient } from '../checkout/checkout.client.js';
import type { Source } from '../checkout/source.client.js';
import { BuildStage } from './build.stage.js';
import type { ImageBuilderClient, ImageOrder } from './image-builder.client.js';
import type { ImagesRepository } from './images.repository.js';

const COMPOSE = 'services:\n  web: { build: web }\n  jobs: { build: jobs }\n  db: { image: postgres }\n';

const checkouts = (files: Record<string, string>, context?: Source['context']): CheckoutClient =>
  fake<CheckoutClient>({
    at: async () =>
      fake<Source>({
        read: async (path) => (path in files ? Buffer.from(files[path]!) : undefined),
        context: context ?? (async (_, dockerfile) => ({ tar: Readable.from([]), dockerfile })),
      }),
  });

const neverBuilt = (): ImagesRepository & { recorded: string[] } => {
  const recorded: string[] = [];
  return Object.assign(
    fake<ImagesRepository>({
      of: async () => [],
      record: async (_, { repository }) => void recorded.push(repository),
    }),
    { recorded },
  );
};

const builds = (orders: ImageOrder[] = []): ImageBuilderClient =>
  fake<ImageBuilderClient>({
    buildAndPush: async (order) => {
      orders.push(order);
      order.onLine('#1 [1/1] FROM scratch');
      return anImage({ service: order.plan.service, repository: order.plan.repository });
    },
  });

describe('the build stage', () => {
  it('builds a repository that has only a Dockerfile', async () => {
    const orders: ImageOrder[] = [];
    const images = neverBuilt();
    const job = aJob('build');

    const result = await new BuildStage(checkouts({}), builds(orders), images).run(job);

    expect(result.images).toEqual([anImage()]);
    expect(result.config).toMatchObject({ test: [], deploy: { replicas: 1 } });
    expect(orders).toMatchObject([
      { environment: 'dev', tag: 'main-0123456789ab', dockerfile: 'Dockerfile', labels: { 'sluice.run': aRun().id } },
    ]);
    expect(images.recorded).toEqual(['dev/shop']);
    expect(job.lines).toContain('#1 [1/1] FROM scratch');
  });

  it('builds what sluice.yml names', async () => {
    const asked: string[] = [];
    const source = checkouts(
      { 'sluice.yml': 'build: { context: server, dockerfile: server/web.Dockerfile }' },
      async (...paths) => {
        asked.push(...paths);
        return { tar: Readable.from([]), dockerfile: 'web.Dockerfile' };
      },
    );

    await new BuildStage(source, builds(), neverBuilt()).run(aJob('build'));

    expect(asked).toEqual(['server', 'server/web.Dockerfile']);
  });

  it('builds each service of a stack and hands its file on', async () => {
    const files = { 'sluice.yml': 'deploy: { stack: docker-compose.yml }', 'docker-compose.yml': COMPOSE };

    const { images, config } = await new BuildStage(checkouts(files), builds(), neverBuilt()).run(aJob('build'));

    expect(images.map(({ service, repository }) => [service, repository])).toEqual([
      ['web', 'dev/shop/web'],
      ['jobs', 'dev/shop/jobs'],
    ]);
    expect(config.deploy).toMatchObject({ stack: 'docker-compose.yml', stackText: COMPOSE });
  });

  it('does not make again what this run has pushed before', async () => {
    const images = fake<ImagesRepository>({ of: async () => [anImage()] });
    const builder = fake<ImageBuilderClient>({ holds: async () => true });

    const result = await new BuildStage(checkouts({}), builder, images).run(aJob('build', { attempt: 2 }));

    expect(result.images).toEqual([anImage()]);
  });

  it('makes it again when the registry has lost it', async () => {
    const images = neverBuilt();
    const before = Object.assign(images, { of: async () => [anImage()] });
    const builder = Object.assign(builds(), { holds: async () => false });

    await new BuildStage(checkouts({}), builder, before).run(aJob('build', { attempt: 2 }));

    expect(images.recorded).toEqual(['dev/shop']);
  });

  it.each([
    ['a mistake in sluice.yml', { 'sluice.yml': 'deploy:\n  replicas: two\n' }, 'sluice.yml:2:13: deploy.replicas:'],
    ['a sluice.yml that is too large', { 'sluice.yml': '#'.repeat(70_000) }, 'at most 64 KiB'],
    ['a stack that is not there', { 'sluice.yml': 'deploy: { stack: stack.yml }' }, 'there is no file stack.yml'],
    ['a mistake in the stack', { 'sluice.yml': 'deploy: { stack: s.yml }', 's.yml': 'services: []' }, 's.yml:1:11:'],
    [
      'a stack without anything to build',
      { 'sluice.yml': 'deploy: { stack: s.yml }', 's.yml': 'services: { db: { image: postgres } }' },
      'nothing to build',
    ],
  ])('fails the run for %s', async (_, files, words) => {
    const stage = new BuildStage(checkouts(files), fake<ImageBuilderClient>(), fake<ImagesRepository>());
    const failure = stage.run(aJob('build'));
    await expect(failure).rejects.toMatchObject({ code: 'build.bad_config', name: 'StageFailure' });
    await expect(failure).rejects.toThrow(words);
  });

  it.each([
    ['dockerfile', 'build.no_dockerfile', 'There is no Dockerfile in this commit'],
    ['context', 'build.no_context', 'the folder ., which is not in this commit'],
  ] as const)('fails the run when the %s is missing', async (part, code, words) => {
    const stage = new BuildStage(
      checkouts({}, async () => part),
      fake<ImageBuilderClient>(),
      neverBuilt(),
    );
    const failure = stage.run(aJob('build'));
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(words);
  });

  it('fails the run with evidence when the build fails', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const error = new BuildError('', { step: '[2/3] RUN false', error: 'exit code: 3', lastLines: lines }, []);
    const builder = fake<ImageBuilderClient>({ buildAndPush: () => Promise.reject(error) });

    await expect(new BuildStage(checkouts({}), builder, neverBuilt()).run(aJob('build'))).rejects.toMatchObject({
      code: 'build.failed',
      evidence: { exitCode: 3, where: '[2/3] RUN false', lastLogLines: lines.slice(-20) },
    });
  });

  it('lets other errors be tried again', async () => {
    const builder = fake<ImageBuilderClient>({ buildAndPush: () => Promise.reject(new Error('no engine')) });
    await expect(new BuildStage(checkouts({}), builder, neverBuilt()).run(aJob('build'))).rejects.not.toHaveProperty(
      'code',
    );
  });
});
