import { describe, expect, it } from 'vitest';
import { REF } from '@sluice/contracts';
import { imageLabels, imageTag, planImages } from './build.plan.js';
import { aRun } from '@sluice/testing';

const commit = '0123456789abcdef0123456789abcdef01234567';
const build = { context: '.', dockerfile: 'Dockerfile' };

describe('planImages', () => {
  it('makes one image in the namespace of the environment', () => {
    expect(planImages({ project: 'shop', environment: 'dev', build })).toEqual([
      { service: 'app', context: '.', dockerfile: 'Dockerfile', args: {}, repository: 'dev/shop' },
    ]);
  });

  it('makes one image for each built service of a stack', () => {
    const services = ['web', 'jobs'].map((service) => ({
      service,
      context: service,
      dockerfile: `${service}/Dockerfile`,
      args: {},
    }));
    const plans = planImages({ project: 'shop', environment: 'dev', build, services });
    expect(plans.map(({ service, repository, context }) => [service, repository, context])).toEqual([
      ['web', 'dev/shop/web', 'web'],
      ['jobs', 'dev/shop/jobs', 'jobs'],
    ]);
  });
});

describe('imageTag', () => {
  it.each([
    ['refs/heads/main', 'main-0123456789ab'],
    ['refs/heads/Feature/A', 'feature-a-0123456789ab'],
    ['refs/heads/--upload-pack=x', 'upload-pack-x-0123456789ab'],
    ['refs/heads/a`b`$(id)', 'a-b-id-0123456789ab'],
    ['refs/heads/änderung', 'nderung-0123456789ab'],
    ['refs/heads/日本', 'branch-0123456789ab'],
    ['refs/tags/v1.2.0', 'v1.2.0-0123456789ab'],
  ])('of %s is %s', (ref, tag) => {
    expect(imageTag({ ref, commit })).toBe(tag);
  });

  it('is a valid tag whatever the branch is called', () => {
    const alphabet = [...'abzAZ019._-/@{}()`$&|;<>"\'!#%+=,éß日😀\u200b'];
    for (let i = 0; i < 10_000; i++) {
      const length = 1 + ((i * 7) % 240);
      const name = Array.from({ length }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');
      const ref = `refs/heads/${name}`;
      if (!REF.test(ref)) continue;
      expect(imageTag({ ref, commit }), ref).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/);
    }
  });
});

describe('imageLabels', () => {
  it('name the commit, the repository and the run, and no time', () => {
    const labels = imageLabels(aRun(), 'https://forge.example/shop.git');
    expect(labels).toEqual({
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.source': 'https://forge.example/shop.git',
      'sluice.project': 'shop',
      'sluice.run': aRun().id,
    });
  });
});
