import { describe, expect, it } from 'vitest';
import { checkReference, checkRepository, digestOf } from './reference.plan.js';

describe('checkRepository', () => {
  it.each(['app', 'dev/app', 'dev/team.a/my_app--x', 'a__b'])('takes %s', (name) => {
    expect(checkRepository(name)).toBe(name);
  });

  it.each(['', 'App', '/app', 'app/', 'dev//app', '../app', 'app?x', 'a b', '-app', 'x'.repeat(256)])(
    'refuses "%s"',
    (name) => {
      expect(() => checkRepository(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
    },
  );
});

describe('checkReference', () => {
  it.each(['latest', 'v1.2-rc', '_x', digestOf(Buffer.from('x'))])('takes %s', (reference) => {
    expect(checkReference(reference)).toBe(reference);
  });

  it.each(['', '.x', 'a/b', 'sha256:abc', 'x'.repeat(129)])('refuses "%s"', (reference) => {
    expect(() => checkReference(reference)).toThrow('neither a tag nor');
  });
});
