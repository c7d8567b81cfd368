import { RESOURCES, STAGES } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { endToEnd, headersTo, isPlainPath, ROUTES } from './routes.plan.js';

describe('the route table', () => {
  it('leads each resource to its owner, each log to the owner of its stage, and git and hooks to the receiver', () => {
    const table = Object.fromEntries(ROUTES.map(({ under, to }) => [under, to]));
    for (const [resource, owner] of Object.entries(RESOURCES)) expect(table[`/api/v1/${resource}`]).toBe(owner);
    for (const [stage, { by }] of Object.entries(STAGES)) expect(table[`/api/v1/logs/${stage}`]).toBe(by);
    expect(table['/git']).toBe('receiver');
    expect(table['/hooks']).toBe('receiver');
  });

  it('leads nothing to the services that is not listed', () => {
    const listed = Object.keys(RESOURCES).length + Object.keys(STAGES).length + 2;
    expect(ROUTES).toHaveLength(listed);
  });
});

describe('isPlainPath', () => {
  it.each([
    '/git/shop.git/info/refs?service=git-upload-pack',
    '/api/v1/runs?after=a..b//c',
    '/api/v1/images/dev%2Fshop',
  ])('takes %s', (url) => expect(isPlainPath(url)).toBe(true));

  it.each([
    '/git/../metrics',
    '/git/./x',
    '/git/%2e%2e/metrics',
    '/git/%2E./metrics',
    '/git/..%2fmetrics',
    '/git/..\\metrics',
    '/git/%5c..',
    '/git//etc',
    '//git',
    '/git/a%00b',
    '/git/..',
  ])('refuses %s', (url) => expect(isPlainPath(url)).toBe(false));
});

describe('endToEnd', () => {
  it('drops what is of one connection only, also what the connection names', () => {
    const headers = { connection: 'close, X-Private', 'x-private': '1', 'keep-alive': '5', te: 'trailers', etag: 'a' };
    expect(endToEnd(headers)).toEqual({ etag: 'a' });
  });
});

describe('headersTo', () => {
  const client = { address: '192.0.2.7', host: 'sluice.example.org', protocol: 'http' };
  const upstream = new URL('http://127.0.0.1:4000');

  it('passes on who asks and says where the request came from, whatever the client says', () => {
    const headers = headersTo(
      upstream,
      { authorization: 'Bearer x', host: 'evil', 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1' },
      client,
    );
    expect(headers).toEqual({
      authorization: 'Bearer x',
      host: '127.0.0.1:4000',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'sluice.example.org',
      'x-forwarded-proto': 'http',
    });
  });

  it('frames a body of unknown length anew', () => {
    expect(headersTo(upstream, { 'transfer-encoding': 'chunked' }, client)['transfer-encoding']).toBe('chunked');
  });
});
