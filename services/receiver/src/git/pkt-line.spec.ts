import { describe, expect, it } from 'vitest';
import { FLUSH, packet, PacketReader, ProtocolError } from './pkt-line.js';

const read = (chunks: readonly Buffer[]): string[] => {
  const reader = new PacketReader();
  const seen: string[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let next = reader.next(); next; next = reader.next()) {
      seen.push(next.kind === 'data' ? next.data.toString() : `<${next.kind}>`);
    }
  }
  return seen;
};

describe('pkt-line', () => {
  const stream = Buffer.concat([packet('hello\n'), FLUSH, packet(''), Buffer.from('00010002'), packet('a\0b')]);
  const expected = ['hello\n', '<flush>', '', '<delim>', '<end>', 'a\0b'];

  it('writes the length in front of the data', () => expect(packet('a\n').toString()).toBe('0006a\n'));

  it('reads the same packets wherever the stream is cut', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(read([stream.subarray(0, at), stream.subarray(at)])).toEqual(expected);
    }
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('keeps what belongs to no packet yet', () => {
    const reader = new PacketReader();
    reader.feed(Buffer.concat([FLUSH, Buffer.from('PACK')]));
    reader.next();
    expect(reader.rest.toString()).toBe('PACK');
  });

  it.each(['zzzz', '0003', '-001', ' 004', '0x0a', 'ffff'])('refuses the length "%s"', (digits) => {
    const reader = new PacketReader();
    reader.feed(Buffer.from(digits));
    expect(() => reader.next()).toThrow(ProtocolError);
  });

  it('refuses to write a packet that git would not read', () => {
    expect(() => packet(Buffer.alloc(65517))).toThrow(ProtocolError);
  });
});
