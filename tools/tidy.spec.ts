import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mts'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');
const read = (file: string): string => readFileSync(`${root}/${file}`, 'utf8');

describe('the repository', () => {
  it('has no file that says two things: none is longer than 300 lines', () => {
    expect(files.filter((file) => !file.includes('spec.') && read(file).split('\n').length > 301)).toEqual([]);
  });

  it('skips no test and leaves no work for later in comments', () => {
    const marks = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', String.raw`\b(it|test|describe)\.(skip|only|to` + String.raw`do)\b`].join('|'),
    );
    expect(files.filter((file) => marks.test(read(file)))).toEqual([]);
  });

  it('names every service by one word: folder, package and definition', () => {
    const services = files.filter((file) => /^services\/[a-z]+\/src\/index\.ts$/.test(file));
    for (const file of services) {
      const name = file.split('/')[1]!;
      expect(read(file)).toContain(`export const ${name} = defineService`);
      expect(read(file)).toContain(`name: '${name}'`);
    }
  });
});
