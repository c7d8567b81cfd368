import { describe, expect, it } from 'vitest';
import { gitRoute, protocolFor } from './route.plan.js';

const READ = { service: 'upload-pack', access: 'read' };
const WRITE = { service: 'receive-pack', access: 'write' };

describe('gitRoute', () => {
  it.each([
    ['GET', '/git/shop.git/info/refs?service=git-upload-pack', { ...READ, phase: 'advertise' }],
    ['POST', '/git/shop.git/git-upload-pack', { ...READ, phase: 'rpc' }],
    ['GET', '/git/shop.git/info/refs?service=git-receive-pack', { ...WRITE, phase: 'advertise' }],
    ['POST', '/git/shop.git/git-receive-pack', { ...WRITE, phase: 'rpc' }],
  ])('%s %s is served', (method, target, route) =>
    expect(gitRoute(method, target)).toEqual({ project: 'shop', ...route }),
  );

  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get'];
  const paths = ['info/refs', 'git-upload-pack', 'git-receive-pack'];
  const queries = ['', '?', '?service=git-upload-pack', '?service=git-receive-pack', '?service=git-upload-archive'];
  const all = methods.flatMap((method) =>
    paths.flatMap((path) => queries.map((query) => [method, `/git/shop.git/${path}${query}`] as const)),
  );
  it('serves four requests of all combinations, and only two of them write', () => {
    const served = all.map(([method, target]) => gitRoute(method, target)).filter((route) => 'service' in route);
    expect(served).toHaveLength(4);
    expect(served.filter(({ access }) => access === 'write')).toHaveLength(2);
  });

  it.each([
    '/git/shop.git/info/refs?service=git-upload-pack&service=git-receive-pack',
    '/git/shop.git/info/refs?service=git-receive-pack&x=1',
    '/git/shop.git/info/refs?x=1?service=git-receive-pack',
    '/git/shop.git/info/refs?service=git%2Dreceive-pack',
  ])('does not guess at %s', (target) => expect(gitRoute('GET', target)).toMatchObject({ status: 403 }));

  it.each([
    '/git/../etc.git/info/refs?service=git-upload-pack',
    '/git/%2e%2e.git/info/refs?service=git-upload-pack',
    '/git/shop%2f..%2fother.git/info/refs?service=git-upload-pack',
    '/git//shop.git/info/refs?service=git-upload-pack',
    '/git/a/shop.git/info/refs?service=git-upload-pack',
    '/git/Shop.git/info/refs?service=git-upload-pack',
    '/git/.git/info/refs?service=git-upload-pack',
    '/git/shop/info/refs?service=git-upload-pack',
    '/git/shop.git/HEAD',
    '/git/shop.git/objects/info/packs',
    '/git/shop.git/config',
    '/git/shop.git/info/refs/',
    `/git/${'x'.repeat(41)}.git/info/refs?service=git-upload-pack`,
    '/git/shop.git/git-upload-pack/../git-receive-pack',
    '/git/shop.git/info/refs;x?service=git-upload-pack',
    '',
  ])('finds nothing at %s', (target) => expect(gitRoute('GET', target)).toMatchObject({ status: 404 }));
});

describe('protocolFor', () => {
  it.each([
    ['upload-pack', 'version=2', 'version=2'],
    ['upload-pack', 'version=1', 'version=1'],
    ['receive-pack', 'version=2', undefined],
    ['receive-pack', 'version=1', 'version=1'],
    ['upload-pack', 'version=3', undefined],
    ['upload-pack', 'version=2:x=y', undefined],
    ['upload-pack', 'version=2\nX=1', undefined],
    ['upload-pack', undefined, undefined],
  ] as const)('%s with %j is %j', (service, header, protocol) => expect(protocolFor(service, header)).toBe(protocol));
});
