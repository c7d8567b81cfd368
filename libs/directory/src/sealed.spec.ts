import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readKey, seal, unseal } from './sealed.js';

const key = randomBytes(32);

describe('seal', () => {
  it('gives back what it closed in, and looks different each time', () => {
    const sealed = seal(key, 'secret:shop:ops:DSN', 'grüße');
    expect(unseal(key, 'secret:shop:ops:DSN', sealed)).toBe('grüße');
    expect(seal(key, 'secret:shop:ops:DSN', 'grüße').equals(sealed)).toBe(false);
  });

  it('opens with no other key, in no other row, and not when it was changed', () => {
    const sealed = seal(key, 'secret:shop:ops:DSN', 'value');
    expect(() => unseal(randomBytes(32), 'secret:shop:ops:DSN', sealed)).toThrow();
    expect(() => unseal(key, 'secret:shop:dev:DSN', sealed)).toThrow();
    sealed[sealed.length - 1]! ^= 1;
    expect(() => unseal(key, 'secret:shop:ops:DSN', sealed)).toThrow();
  });
});

describe('readKey', () => {
  it.each([undefined, '', 'short', Buffer.alloc(31).toString('base64')])('refuses %j', (text) => {
    expect(() => readKey(text)).toThrow('32 bytes');
  });
});
