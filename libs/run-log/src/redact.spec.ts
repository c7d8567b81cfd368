import { describe, expect, it } from 'vitest';
import { redactor } from './redact.js';

const SECRET = 'p@ss "w/rd"';

describe('redactor', () => {
  const redact = redactor([SECRET]);

  it.each([
    ['raw', SECRET],
    ['base64', Buffer.from(SECRET).toString('base64')],
    ['base64 without padding', Buffer.from(SECRET).toString('base64url')],
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['JSON-escaped', JSON.stringify(SECRET).slice(1, -1)],
  ])('removes a secret in the form %s', (_, form) => {
    expect(redact(`before ${form} after ${form}`)).toBe('before ••• after •••');
  });

  it('removes each line of a secret of several lines', () => {
    expect(redactor(['first-line\nsecond-line'])('x first-line')).toBe('x •••');
  });

  it('leaves words alone that a very short secret would hit', () => {
    expect(redactor(['an', ''])('an answer')).toBe('an answer');
  });
});
