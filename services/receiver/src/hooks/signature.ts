import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares digests, so neither the length nor the place of a difference shows in the time it takes. */
export function sameSecret(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected)) && given !== undefined && expected !== '';
}

/** Whether `given` is `prefix` and the hexadecimal HMAC-SHA256 of exactly these bytes. */
export function signedBy(secret: string, body: Buffer, given: string | undefined, prefix = ''): boolean {
  const expected = prefix + createHmac('sha256', secret).update(body).digest('hex');
  return sameSecret(given, expected) && secret !== '';
}
