import { describe, expect, it } from 'vitest';
import { parseChallenge, readToken } from './challenge.plan.js';

describe('parseChallenge', () => {
  it('reads the challenge of distribution 2.8', () => {
    const header =
      'Bearer realm="http://10.9.0.1:4005/token",service="sluice-registry",scope="repository:dev/app:pull,push repository:test/app:pull",error="invalid_token"';
    expect(parseChallenge(header)).toEqual({
      scheme: 'bearer',
      realm: 'http://10.9.0.1:4005/token',
      service: 'sluice-registry',
    });
  });

  it('reads one without a scope, as for the version check', () => {
    expect(parseChallenge('bearer realm="https://auth/token", service=registry')).toEqual({
      scheme: 'bearer',
      realm: 'https://auth/token',
      service: 'registry',
    });
  });

  it('reads a Basic challenge', () => {
    expect(parseChallenge('Basic realm="registry"')).toEqual({ scheme: 'basic' });
  });

  it.each([null, '', 'Negotiate', 'Bearer service="x"'])('does not know what to do with %s', (header) => {
    expect(parseChallenge(header)).toBeUndefined();
  });
});

describe('readToken', () => {
  it('counts the life of a token from now and ends it early', () => {
    expect(readToken({ token: 'abc', expires_in: 300 }, 1000)).toEqual({
      authorization: 'Bearer abc',
      expiresAt: 296_000,
    });
  });

  it("takes OAuth's name and the default life of 60 s", () => {
    expect(readToken({ access_token: 'abc' }, 0)).toEqual({ authorization: 'Bearer abc', expiresAt: 55_000 });
  });

  it('finds no token in an answer without one', () => {
    expect(readToken({}, 0)).toBeUndefined();
  });
});
