import { describe, expect, it } from 'vitest';
import { cloudEvent, parseEvent, UnreadableEvent } from './cloud-event.js';

const run = {
  id: '6b3c1e0a-0f39-4c51-8d5e-0d8c6a3f2b11',
  project: 'shop',
  ref: 'refs/heads/main',
  commit: 'a'.repeat(40),
};
const step = 'c0a7f1de-52c5-4d0e-9a3b-3f1f6f0f7a22';
const image = { service: 'app', repository: 'dev/shop', digest: `sha256:${'b'.repeat(64)}` };
const promoted = cloudEvent('promoter', 'promote.succeeded', { run, step, environment: 'test', images: [image] });
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('parseEvent', () => {
  it('reads back what cloudEvent made', () => {
    expect(parseEvent(bytes(promoted))).toEqual(promoted);
  });

  it('ignores fields that a newer service adds', () => {
    expect(parseEvent(bytes({ ...promoted, data: { ...promoted.data, more: 1 } })).type).toBe('promote.succeeded');
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no object', bytes(7)],
    ['no CloudEvent', bytes({ type: 'build.failed' })],
    ['an unknown type', bytes({ ...promoted, type: 'promote.forgotten' })],
    ['no data', bytes({ ...promoted, data: undefined })],
    ['no run', bytes({ ...promoted, data: { ...promoted.data, run: undefined } })],
    ['no images', bytes({ ...promoted, data: { ...promoted.data, images: [] } })],
    [
      'a tag for a digest',
      bytes({ ...promoted, data: { ...promoted.data, images: [{ ...image, digest: 'latest' }] } }),
    ],
    [
      'an option for a ref',
      bytes({ ...promoted, data: { ...promoted.data, run: { ...run, ref: '--upload-pack=x' } } }),
    ],
  ])('refuses %s', (_, content) => {
    expect(() => parseEvent(content)).toThrow(UnreadableEvent);
  });

  it('says what is wrong and where', () => {
    const content = bytes({ ...promoted, data: { ...promoted.data, images: [{ ...image, digest: 'latest' }] } });
    expect(() => parseEvent(content)).toThrow(/^promote\.succeeded: images\.0\.digest: /);
  });
});
