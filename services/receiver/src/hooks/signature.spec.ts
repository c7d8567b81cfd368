import { describe, expect, it } from 'vitest';
import { sameSecret, signedBy } from './signature.js';

/** RFC 4231, test case 2. */
const KEY = 'Jefe';
const BODY = Buffer.from('what do ya want for nothing?');
const MAC = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

describe('signedBy', () => {
  it('takes the signature of exactly these bytes', () => {
    expect(signedBy(KEY, BODY, MAC)).toBe(true);
    expect(signedBy(KEY, BODY, `sha256=${MAC}`, 'sha256=')).toBe(true);
  });

  it.each([undefined, '', MAC.slice(1), MAC.toUpperCase(), `${MAC} `, `sha1=${MAC}`, `sha256=${MAC}`])(
    'refuses %j',
    (given) => expect(signedBy(KEY, BODY, given)).toBe(false),
  );

  it('refuses other bytes, another secret, and no secret', () => {
    expect(signedBy(KEY, Buffer.concat([BODY, Buffer.from(' ')]), MAC)).toBe(false);
    expect(signedBy('jefe', BODY, MAC)).toBe(false);
    expect(signedBy('', Buffer.from(''), 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad')).toBe(
      false,
    );
  });
});

describe('sameSecret', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    [undefined, 'a', false],
    ['', '', false],
    [undefined, '', false],
  ])('%j and %j: %j', (given, expected, same) => expect(sameSecret(given, expected)).toBe(same));
});
