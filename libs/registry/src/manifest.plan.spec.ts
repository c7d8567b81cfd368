import { describe, expect, it } from 'vitest';
import { partsOf, sizeOf } from './manifest.plan.js';

const blob = (digest: string, size: number, urls?: string[]) => ({
  mediaType: 'x',
  digest,
  size,
  ...(urls ? { urls } : {}),
});
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

describe('partsOf', () => {
  it('names the configuration and each layer once', () => {
    const image = json({ config: blob('c', 1), layers: [blob('a', 2), blob('b', 3), blob('a', 2)] });
    expect(partsOf(image)).toEqual({ manifests: [], blobs: ['c', 'a', 'b'] });
  });

  it('leaves out a layer that comes from elsewhere', () => {
    const image = json({ config: blob('c', 1), layers: [blob('a', 2, ['https://mcr/x'])] });
    expect(partsOf(image).blobs).toEqual(['c']);
  });

  it('names the manifests of an index', () => {
    expect(partsOf(json({ manifests: [blob('m1', 1), blob('m2', 1)] }))).toEqual({
      manifests: ['m1', 'm2'],
      blobs: [],
    });
  });
});

describe('sizeOf', () => {
  it('counts a layer that two platforms share once', () => {
    const one = json({ config: blob('c1', 10), layers: [blob('a', 100)] });
    const two = json({ config: blob('c2', 20), layers: [blob('a', 100), blob('b', 1)] });
    expect(sizeOf([one, two])).toBe(131);
  });
});
