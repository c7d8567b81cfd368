import { describe, expect, it } from 'vitest';
import { newSigningSecret, signedHeaders } from './signature.js';

describe('signedHeaders', () => {
  // The example in the documentation of Standard Webhooks' reference libraries.
  it('signs as the published example does', () => {
    const headers = signedHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('makes another signature for another body, id or time', () => {
    const sign = (id: string, seconds: number, body: string): string | undefined =>
      signedHeaders('whsec_AAAA', id, seconds, body)['webhook-signature'];
    expect(new Set([sign('a', 1, 'x'), sign('b', 1, 'x'), sign('a', 2, 'x'), sign('a', 1, 'y')]).size).toBe(4);
  });
});

describe('newSigningSecret', () => {
  it('has 256 bits and is never the same', () => {
    expect(Buffer.from(newSigningSecret().slice('whsec_'.length), 'base64')).toHaveLength(32);
    expect(newSigningSecret()).not.toBe(newSigningSecret());
  });
});
