import { describe, expect, it } from 'vitest';
import { isBranch, isCloneUrl } from './project.rules.js';

describe('isCloneUrl', () => {
  it.each([
    'https://git.example.org/team/shop.git',
    'http://127.0.0.1:3000/team/shop',
    'ssh://git@git.example.org:2222/team/shop.git',
  ])('takes %s', (url) => expect(isCloneUrl(url)).toBe(true));

  it.each([
    'git@git.example.org:team/shop.git',
    'file:///etc',
    '/srv/git/shop.git',
    'ext::sh -c id',
    'https://ada:secret@git.example.org/shop.git',
    'https://token@git.example.org/shop.git',
    'ssh://git:secret@git.example.org/shop.git',
    'ssh://-oProxyCommand=id/x',
    'git://git.example.org/shop.git',
    'https://git.example.org/a b',
    'https://',
    '--upload-pack=id',
    42,
  ])('refuses %j', (url) => expect(isCloneUrl(url)).toBe(false));
});

describe('isBranch', () => {
  it.each(['main', 'release/1.x', 'feature/a-b_c', 'ü'])('takes %s', (branch) => expect(isBranch(branch)).toBe(true));

  it.each(['', '-x', 'a..b', 'a b', 'a:b', '/a', 'a/', 'a//b', '.a', 'a/.b', 'a.lock', 'a@{1}', 'a.', 'a\n', '*', 7])(
    'refuses %j',
    (branch) => expect(isBranch(branch)).toBe(false),
  );
});
