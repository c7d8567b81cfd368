import { describe, expect, it } from 'vitest';
import { isUsable, pathFrom, readAnswers, readEntries, treePath, writeEntries } from './tree.plan.js';

const oid = 'a'.repeat(40);

describe('readAnswers', () => {
  it('tells what is there from what is missing or leads away', () => {
    const output = `${oid} blob 12\nabc:x missing\nsymlink 11\n/etc/passwd\ndangling 3\na:b\n${oid} tree 30\n`;
    expect(readAnswers(Buffer.from(output))).toEqual([
      { oid, type: 'blob', size: 12 },
      undefined,
      undefined,
      undefined,
      { oid, type: 'tree', size: 30 },
    ]);
  });

  it('is not misled by what a link says', () => {
    const target = `\n${oid} blob 1\n`;
    const output = `symlink ${target.length}\n${target}\nabc:y missing\n`;
    expect(readAnswers(Buffer.from(output))).toEqual([undefined, undefined]);
  });
});

describe('treePath', () => {
  it.each([
    ['.', ''],
    ['./', ''],
    ['./server/', 'server'],
    ['a//b', 'a/b'],
  ])('%s is %j', (path, expected) => {
    expect(treePath(path)).toBe(expected);
  });
});

describe('pathFrom', () => {
  it.each([
    ['.', 'Dockerfile', 'Dockerfile'],
    ['.', './docker/web', 'docker/web'],
    ['server', 'server/Dockerfile', 'Dockerfile'],
    ['server', 'Dockerfile', undefined],
    ['server', 'server2/Dockerfile', undefined],
    ['server', 'server', undefined],
  ])('from %s, %s is %s', (folder, file, expected) => {
    expect(pathFrom(folder, file)).toBe(expected);
  });
});

describe('entries of a tree', () => {
  it('keep every byte of their names', () => {
    const listing = Buffer.concat([
      Buffer.from(`100644 blob ${oid}\ta\tb\n\0`),
      Buffer.from(`120000 blob ${oid}\t`),
      Buffer.from([0xff, 0xc3, 0xa9, 0]),
    ]);
    expect(readEntries(listing).map(({ mode }) => mode)).toEqual(['100644', '120000']);
    expect(writeEntries(readEntries(listing))).toEqual(
      Buffer.concat([Buffer.from(`100644 ${oid}\ta\tb\n\x00120000 ${oid}\t`), Buffer.from([0xff, 0xc3, 0xa9, 0])]),
    );
  });

  it.each([
    ['a/b', true],
    ['.gitignore', true],
    ['a/.git/config', false],
    ['.GIT', false],
    ['a/../b', false],
  ])('with the name %s are usable: %s', (path, usable) => {
    expect(isUsable({ mode: '100644', oid, path })).toBe(usable);
  });
});
