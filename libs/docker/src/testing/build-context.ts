import { Readable } from 'node:stream';

const BLOCK_BYTES = 512;

/** A build context of a few small files, as a tar in the ustar format. */
export function buildContext(files: Readonly<Record<string, string>>): Readable {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    return [
      header(name, bytes.length),
      bytes,
      Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES),
    ];
  });
  return Readable.from([Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)])]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  };
  block.write(name, 0);
  octal(0o755, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        0', 148); // The checksum counts its own place as spaces; then the type: a plain file.
  block.write('ustar\u000000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
