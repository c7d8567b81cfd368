import { describe, expect, it } from 'vitest';
import { ContainerFileError, readSingleFile } from './tar.plan.js';

const entry = (type: string, content: string, size = content.length): Buffer => {
  const header = Buffer.alloc(512);
  header.write('reports/junit.xml', 0);
  header.write(size.toString(8).padStart(11, '0'), 124);
  header.write(type, 156);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, Buffer.from(content), padding]);
};

async function* inChunks(bytes: Buffer, chunkBytes = 100): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

describe('readSingleFile', () => {
  const content = '<testsuite/>'.repeat(100);

  it.each([1, 100, 512, 10_000])('reads the file behind its extended headers in chunks of %i bytes', async (size) => {
    const archive = Buffer.concat([entry('x', '20 mtime=1.5\n'), entry('0', content), Buffer.alloc(1024)]);
    expect((await readSingleFile(inChunks(archive, size), 'junit.xml', 2000)).toString()).toBe(content);
  });

  it('reads an empty file', async () => {
    expect(await readSingleFile(inChunks(entry('0', '')), 'junit.xml', 0)).toHaveLength(0);
  });

  it('refuses a file above the limit without waiting for its content', async () => {
    const archive = inChunks(entry('0', '', 5000));
    await expect(readSingleFile(archive, 'junit.xml', 4999)).rejects.toThrow('larger than 4999 bytes');
  });

  it.each([
    ['a folder', '5'],
    ['a symbolic link', '2'],
    ['a device', '3'],
  ])('refuses %s', async (_, type) => {
    await expect(readSingleFile(inChunks(entry(type, '')), 'junit.xml', 10)).rejects.toThrow(ContainerFileError);
  });

  it('says when the archive is cut off', async () => {
    await expect(readSingleFile(inChunks(entry('0', 'abc', 900)), 'junit.xml', 1000)).rejects.toThrow('cut off');
  });
});
