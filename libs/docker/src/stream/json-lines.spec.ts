import { expect, it } from 'vitest';
import { jsonLines } from './json-lines.js';

async function* bytes(text: string, chunkBytes: number): AsyncGenerator<Buffer> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += chunkBytes) yield all.subarray(at, at + chunkBytes);
}

it.each([1, 5, 1000])(
  'reads one value a line in chunks of %i bytes, also the last without its line end',
  async (size) => {
    const values: unknown[] = [];
    for await (const value of jsonLines(bytes('{"a":"ü"}\r\n\n{"b":2}\n{"c":3}', size))) values.push(value);

    expect(values).toEqual([{ a: 'ü' }, { b: 2 }, { c: 3 }]);
  },
);
