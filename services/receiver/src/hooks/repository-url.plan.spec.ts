import { describe, expect, it } from 'vitest';
import { isRepository, repositoryKey } from './repository-url.plan.js';

describe('repositoryKey', () => {
  it.each([
    'https://Git.example.com/team/shop',
    'https://git.example.com/team/shop.git',
    'https://git.example.com:443/team/shop.git/',
    'https://user:pass@git.example.com/team/shop.git',
    'git@git.example.com:team/shop.git',
    'ssh://git@git.example.com:22/team/shop',
  ])('%s is one repository', (address) => expect(repositoryKey(address)).toBe('git.example.com/team/shop'));

  it.each(['', 'shop', 'https://git.example.com', 'https://git.example.com/', '://'])('%j is none', (address) =>
    expect(repositoryKey(address)).toBeUndefined(),
  );
});

describe('isRepository', () => {
  const named = ['https://git.example.com/team/shop.git'];
  it('finds the project under one of its addresses', () =>
    expect(isRepository('https://git.example.com/team/shop', ['x', ...named])).toBe(true));
  it.each(['https://git.example.com/other/shop', 'https://git.example.com:8443/team/shop', 'https://evil/team/shop'])(
    'does not take it for %s',
    (other) => expect(isRepository(other, named)).toBe(false),
  );
  it('finds nothing in nothing', () => expect(isRepository('', [''])).toBe(false));
});
