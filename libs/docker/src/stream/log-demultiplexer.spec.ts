import { describe, expect, it } from 'vitest';
import { MAX_LINE_LENGTH } from './line-splitter.js';
import { LogDemultiplexer, demultiplex } from './log-demultiplexer.js';

const frame = (stream: number, text: string): Buffer => {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

const read = (log: Buffer, chunkBytes: number): string[] => {
  const lines: string[] = [];
  const reader = new LogDemultiplexer((line, stream) => lines.push(`${stream}: ${line}`));
  for (let at = 0; at < log.length; at += chunkBytes) reader.write(log.subarray(at, at + chunkBytes));
  reader.end();
  return lines;
};

describe('LogDemultiplexer', () => {
  const log = Buffer.concat([
    frame(1, 'grüße '),
    frame(2, 'warn: 日'),
    frame(1, ''),
    frame(1, 'an alle 🎉\r\n\nlast'),
    frame(2, '本\nsecond\n'),
    frame(3, 'error from daemon\n'),
  ]);

  it.each([1, 2, 3, 7, 8, 9, 1000])('gives whole lines of each output when chunks have %i bytes', (chunkBytes) => {
    expect(read(log, chunkBytes)).toEqual([
      'stdout: grüße an alle 🎉',
      'stdout: ',
      'stderr: warn: 日本',
      'stderr: second',
      'stderr: error from daemon',
      'stdout: last',
    ]);
  });

  it('joins a character whose bytes lie in two frames', () => {
    const bytes = Buffer.from('ü');
    const halves = [bytes.subarray(0, 1), bytes.subarray(1)].map((half) =>
      Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 1]), half]),
    );
    expect(demultiplex(Buffer.concat(halves))).toEqual(['ü']);
  });

  it('hands on an endless line in pieces', () => {
    const lines = demultiplex(frame(1, 'x'.repeat(MAX_LINE_LENGTH * 2 + 5)));
    expect(lines.map((line) => line.length)).toEqual([MAX_LINE_LENGTH, MAX_LINE_LENGTH, 5]);
  });

  it('has nothing to say about an empty log', () => {
    expect(demultiplex(Buffer.alloc(0))).toEqual([]);
  });
});
