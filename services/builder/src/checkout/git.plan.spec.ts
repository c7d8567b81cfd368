import { describe, expect, it } from 'vitest';
import { gitEnvironment, isOwn, problemOfCloneUrl, problemOfFetch } from './git.plan.js';

const surroundings = { path: '/usr/bin', home: '/work/home', allowFile: false };

describe('gitEnvironment', () => {
  it('lets git see nobody’s settings and ask nobody', () => {
    expect(gitEnvironment(surroundings)).toMatchObject({
      HOME: '/work/home',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'http:https:ssh',
    });
  });

  it('allows files of this machine only when told to', () => {
    expect(gitEnvironment({ ...surroundings, allowFile: true }).GIT_ALLOW_PROTOCOL).toBe('http:https:ssh:file');
  });

  it('ties the token to the address of our own remote', () => {
    const env = gitEnvironment(surroundings, { url: 'http://127.0.0.1:4000', token: 'sluice_x' });
    const last = Number(env.GIT_CONFIG_COUNT) - 1;
    expect(env[`GIT_CONFIG_KEY_${last}`]).toBe('http.http://127.0.0.1:4000.extraHeader');
    expect(env[`GIT_CONFIG_VALUE_${last}`]).toBe(
      `Authorization: Basic ${Buffer.from('builder:sluice_x').toString('base64')}`,
    );
    expect(JSON.stringify(gitEnvironment(surroundings))).not.toContain('Authorization');
  });
});

describe('isOwn', () => {
  it.each([
    ['http://127.0.0.1:4000/git/shop.git', true],
    ['http://127.0.0.1:40001/git/shop.git', false],
    ['http://127.0.0.1:4000.evil.example/git/shop.git', false],
    ['http://127.0.0.1:4000@evil.example/', false],
  ])('%s: %s', (url, own) => {
    expect(isOwn(url, 'http://127.0.0.1:4000')).toBe(own);
    expect(isOwn(url, 'http://127.0.0.1:4000/')).toBe(own);
  });
});

describe('problemOfCloneUrl', () => {
  it.each([
    'https://github.com/some/where.git',
    'http://127.0.0.1:4000/git/shop.git',
    'ssh://git@forge.example:2222/some/where.git',
    'https://[2001:db8::1]/where.git',
  ])('takes %s', (url) => {
    expect(problemOfCloneUrl(url, false)).toBeUndefined();
  });

  it.each([
    '',
    '-uwhatever',
    '--upload-pack=touch /tmp/canary',
    '/etc',
    './here',
    'file:///etc',
    'FILE:///etc',
    'ext::sh -c touch% /tmp/canary',
    'EXT::sh -c touch% /tmp/canary',
    'fd::7',
    'git://forge.example/where.git',
    'ftp://forge.example/where.git',
    'git@forge.example:some/where.git',
    'https:forge.example/where.git',
    'https:/forge.example/where.git',
    'https:\\\\forge.example\\where.git',
    'https://user:password@forge.example/where.git',
    'https://token@forge.example/where.git',
    'ssh://git:password@forge.example/where.git',
    'ssh://-oProxyCommand=touch%20canary/where',
    'https://forge.example/where.git\n--upload-pack=x',
    'https://forge.example/wh ere.git',
    'https://',
  ])('refuses %j', (url) => {
    expect(problemOfCloneUrl(url, false)).toBeDefined();
  });

  it('takes files of this machine only when told to', () => {
    expect(problemOfCloneUrl('file:///srv/shop.git', true)).toBeUndefined();
    expect(problemOfCloneUrl('/srv/shop.git', true)).toBeDefined();
  });
});

describe('problemOfFetch', () => {
  it.each([
    ["fatal: couldn't find remote ref refs/heads/main", 'gone'],
    ['fatal: remote error: upload-pack: not our ref 0123', 'gone'],
    ['error: Server does not allow request for unadvertised object 0123', 'gone'],
    ["fatal: could not read Username for 'https://forge.example': terminal prompts disabled", 'refused'],
    ["fatal: unable to access 'https://forge.example/x/': The requested URL returned error: 403", 'refused'],
    ["fatal: unable to access 'https://forge.example/x/': The requested URL returned error: 301", 'refused'],
    ["fatal: repository 'https://forge.example/x/' not found", 'refused'],
    ["fatal: transport 'file' not allowed", 'refused'],
    ['git@forge.example: Permission denied (publickey).', 'refused'],
    ["fatal: unable to access 'https://forge.example/x/': Could not resolve host: forge.example", 'unreachable'],
    ["fatal: unable to access 'https://forge.example/x/': The requested URL returned error: 502", 'unreachable'],
    ['error: RPC failed; curl 56 Recv failure: Connection reset by peer', 'unreachable'],
    ['', 'unreachable'],
  ])('%s: %s', (stderr, problem) => {
    expect(problemOfFetch(stderr)).toBe(problem);
  });
});
