import { aConfig, anImage, aRun } from '@sluice/testing';
import { describe, expect, it } from 'vitest';
import { hostOf } from '../engines/host.plan.js';
import { planPreview, previewImage, previewName, previewPort, slugOf, ttlMinutes } from './preview.plan.js';

describe('slugOf', () => {
  it.each([
    ['main', 'main'],
    ['release-2', 'release-2'],
  ])('keeps %s as it is', (branch, slug) => {
    expect(slugOf(branch)).toBe(slug);
  });

  it('keeps branches apart that look alike', () => {
    const branches = [
      'feature/a',
      'feature-a',
      'Feature/a',
      'feature_a',
      'feature/a/',
      `${'x'.repeat(60)}1`,
      `${'x'.repeat(60)}2`,
    ];
    expect(new Set(branches.map(slugOf)).size).toBe(branches.length);
  });

  it.each(['--upload-pack=x', 'a`b`', '$(id)', 'über', '日本', '<img>', '-', 'a--b', `${'y'.repeat(39)}/z`])(
    'makes a name that Docker takes of %s',
    (branch) => {
      expect(previewName('shop', branch)).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/);
    },
  );

  it('keeps projects apart whose names run into their branches', () => {
    expect(previewName('a', 'b-c')).not.toBe(previewName('a-b', 'c'));
  });
});

it.each<[string, string, number[], number | undefined]>([
  ['of the preview', 'preview: { port: 1 }\ndeploy: { port: 2 }', [3], 1],
  ['of the deployment', 'deploy: { port: 2 }', [3], 2],
  ['that the image exposes', '', [9000, 80], 80],
  ['there is, none', '', [], undefined],
])('takes the port %s', (_, text, exposed, expected) => {
  expect(previewPort(aConfig(text), exposed)).toBe(expected);
});

it.each([
  ['app', ['db', 'app'], 'app'],
  ['the first', ['web', 'db'], 'web'],
])('shows %s of several images', (_, services, expected) => {
  expect(previewImage(services.map((service) => anImage({ service }))).service).toBe(expected);
});

it('stays a day unless told otherwise', () => {
  expect(ttlMinutes(aConfig(''))).toBe(24 * 60);
  expect(ttlMinutes(aConfig('preview: { port: 80, ttl: 30m }'))).toBe(30);
});

it.each<[string, string | undefined, string]>([
  ['unix:///run/docker.sock', undefined, '127.0.0.1'],
  ['unix:///run/docker.sock', '10.0.0.9', '10.0.0.9'],
  ['tcp://10.0.0.7:2376', undefined, '10.0.0.7'],
  ['tcp://10.0.0.7:2376', 'dev.example', 'dev.example'],
])('reaches what %s with the address %s publishes at %s', (dockerHost, address, host) => {
  expect(hostOf({ dockerHost, ...(address ? { address } : {}) })).toBe(host);
});

describe('planPreview', () => {
  const request = {
    run: aRun({ ref: 'refs/heads/feature/a' }),
    step: 's1',
    environment: 'dev',
    installation: 'i1',
    image: 'x@sha256:1',
    config: aConfig('deploy: { env: { LOG_LEVEL: info, SLUICE_ENVIRONMENT: ops } }'),
    port: 8080,
    hostPort: undefined,
  };

  it('says in labels whose it is, and to the program where it runs', () => {
    expect(planPreview(request)).toMatchObject({
      labels: {
        'sluice.preview': 'feature/a',
        'sluice.step': 's1',
        'sluice.project': 'shop',
        'sluice.environment': 'dev',
      },
      env: { SLUICE_ENVIRONMENT: 'dev', SLUICE_PROJECT: 'shop' },
      port: { containerPort: 8080 },
      memoryBytes: 1024 ** 3,
    });
  });

  it('asks for the port that the branch had', () => {
    expect(planPreview({ ...request, hostPort: 32_777 }).port).toEqual({ containerPort: 8080, hostPort: 32_777 });
    expect(planPreview({ ...request, port: undefined }).port).toBeUndefined();
  });
});
