import { anImage, aRun } from '@sluice/testing';
import { expect, it } from 'vitest';
import { planPromotion } from './promotion.plan.js';

it.each([
  ['dev', 'test', 'dev/shop', 'test/shop'],
  ['test', 'ops', 'test/shop/web', 'ops/shop/web'],
  ['dev', 'test', 'dev/dev', 'test/dev'],
])('moves from %s to %s and keeps the rest of %s', (from, environment, repository, to) => {
  const image = anImage({ repository });
  expect(planPromotion(aRun(), from, environment, image)).toEqual({
    service: 'app',
    from: repository,
    to,
    digest: image.digest,
    tag: 'sha-0123456789ab',
  });
});

it('refuses an image that is not where it is said to be', () => {
  expect(() => planPromotion(aRun(), 'test', 'ops', anImage({ repository: 'testing/shop' }))).toThrow(
    /not in the namespace/,
  );
});
