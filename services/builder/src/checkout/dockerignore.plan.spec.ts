import { describe, expect, it } from 'vitest';
import { dockerignore } from './dockerignore.plan.js';

describe('dockerignore', () => {
  it.each([
    ['node_modules', ['node_modules/a/b.js', 'node_modules'], ['web/node_modules/a.js', 'node_modules2']],
    ['/dist/', ['dist/a'], ['web/dist/a']],
    ['**/node_modules', ['node_modules/a', 'web/node_modules/a', 'a/b/node_modules'], ['web/modules']],
    ['*.md', ['README.md'], ['docs/README.md', 'README.mdx']],
    ['**/*.md', ['README.md', 'docs/a/README.md'], ['README']],
    ['*/temp*', ['a/temporary/x', 'b/temp'], ['temp', 'a/b/temp']],
    ['temp?', ['tempa'], ['temp', 'tempab']],
    ['docs/**/build', ['docs/build/x', 'docs/a/b/build'], ['docs/builds', 'build']],
    ['docs/**', ['docs/a', 'docs/a/b'], ['docsa']],
    ['**', ['a', 'a/b'], []],
    ['*', ['a', 'a/b'], []],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
    ['[^a]x', ['bx'], ['ax']],
    ['\\*x', ['*x'], ['ax']],
    ['./a/../b', ['b', 'b/c'], ['a']],
    ['# comment', [], ['comment', '# comment']],
    ['*.md\n!README.md', ['a.md'], ['README.md']],
    ['*\n!src', ['a', 'srca'], ['src/a/b']],
    ['!a\n*', ['a'], []],
    ['docs\n!docs/keep/*.md', ['docs/a', 'docs/keep/a.txt'], ['docs/keep/a.md']],
    ['\ufeffa\r\nb\r', ['a', 'b'], []],
    ['', [], ['a']],
    ['.\n/\n..', [], ['a']],
  ])('%j leaves out %j and keeps %j', (text, out, kept) => {
    const ignores = dockerignore(text);
    expect(out.filter((path) => !ignores(path))).toEqual([]);
    expect(kept.filter((path) => ignores(path))).toEqual([]);
  });

  it('answers hostile patterns as soon as others', () => {
    const ignores = dockerignore(`${'*a'.repeat(2000)}b\n${'**/'.repeat(2000)}x`);
    expect(ignores('a'.repeat(4000))).toBe(false);
    expect(ignores('a/'.repeat(200))).toBe(false);
  });
});
