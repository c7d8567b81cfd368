import type { DataSource } from '@sluice/database';
import { RegistryClient, RegistryError } from '@sluice/registry';
import { aJob, anImage, fake } from '@sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import { PromoteStage } from './promote.stage.js';
import { PromotionsRepository } from './promotions.repository.js';

const aDatabase = (taken = true): DataSource =>
  fake<DataSource>({
    createQueryRunner: () => ({ query: async () => [{ taken }], release: async () => undefined }) as never,
  });
const aRegistry = (promote: RegistryClient['promote']): RegistryClient => fake<RegistryClient>({ promote });

describe('PromoteStage', () => {
  it('promotes every image and answers with where they are now', async () => {
    const promote = vi.fn<RegistryClient['promote']>(async () => ({ alreadyThere: false }));
    const record = vi.fn<PromotionsRepository['record']>(async () => undefined);
    const stage = new PromoteStage(aDatabase(), aRegistry(promote), fake<PromotionsRepository>({ record }));
    const images = [anImage({ service: 'web', repository: 'dev/shop/web' }), anImage({ repository: 'dev/shop/db' })];

    const result = await stage.run(aJob('promote', { input: { from: 'dev', images } }));

    expect(result.images.map(({ repository }) => repository)).toEqual(['test/shop/web', 'test/shop/db']);
    expect(result.images.map(({ digest }) => digest)).toEqual(images.map(({ digest }) => digest));
    expect(promote).toHaveBeenCalledWith(
      expect.objectContaining({ from: 'dev/shop/web', to: 'test/shop/web', tag: 'sha-0123456789ab' }),
    );
    expect(record).toHaveBeenCalledOnce();
  });

  it.each(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'BLOB_UNKNOWN', 'MOUNT_REFUSED', 'NOT_FOUND'])(
    'fails the run when the registry says %s',
    async (code) => {
      const registry = aRegistry(async () => {
        throw new RegistryError(404, code, 'gone');
      });
      const stage = new PromoteStage(aDatabase(), registry, fake<PromotionsRepository>());
      await expect(stage.run(aJob('promote'))).rejects.toMatchObject({ code: 'promote.image_missing' });
    },
  );

  it.each(['UNREACHABLE', 'DIGEST_MISMATCH', 'DENIED'])('leaves %s to another try', async (code) => {
    const registry = aRegistry(async () => {
      throw new RegistryError(undefined, code, 'unwell');
    });
    const stage = new PromoteStage(aDatabase(), registry, fake<PromotionsRepository>());
    await expect(stage.run(aJob('promote'))).rejects.toMatchObject({ name: 'RegistryError', code });
  });

  it('touches no tag that somebody else is moving when it is stopped', async () => {
    const stage = new PromoteStage(aDatabase(false), fake<RegistryClient>(), fake<PromotionsRepository>());
    const job = aJob('promote', { signal: AbortSignal.timeout(150) });
    await expect(stage.run(job)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
