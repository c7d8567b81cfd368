const BLOCK_BYTES = 512;
/** Extended headers (pax, long names) in front of the file; the engine writes at most a few hundred bytes of them. */
const MAX_HEADER_BYTES = 64 * 1024;

/** What a path names in the container is not what was asked for. */
export class ContainerFileError extends Error {
  override readonly name = 'ContainerFileError';
}

/**
 * Reads the one file of an archive as `GET /containers/{id}/archive` gives it: a tar in the POSIX ustar or pax format.
 * Reading ends as soon as the answer is clear, so a huge file costs nothing.
 */
export async function readSingleFile(archive: AsyncIterable<Buffer>, path: string, maxBytes: number): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let length = 0;
  let needed = BLOCK_BYTES;

  for await (const chunk of archive) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < needed) continue;
    const bytes = Buffer.concat(chunks);
    const found = findFile(bytes, path, maxBytes);
    if (Buffer.isBuffer(found)) return found;
    chunks = [bytes];
    needed = found;
  }
  throw new ContainerFileError(`${path} could not be read: its archive is cut off`);
}

/** The content of the first entry that is no extended header, or how many bytes are needed to go on. */
function findFile(bytes: Buffer, path: string, maxBytes: number): Buffer | number {
  let at = 0;
  while (at + BLOCK_BYTES <= bytes.length && at <= MAX_HEADER_BYTES) {
    const size = parseInt(bytes.toString('latin1', at + 124, at + 136), 8);
    const type = String.fromCharCode(bytes[at + 156] || 0x30);
    const start = at + BLOCK_BYTES;
    if (!'xgL'.includes(type)) {
      if (type !== '0') throw new ContainerFileError(`${path} is not a plain file`);
      if (!(size <= maxBytes)) throw new ContainerFileError(`${path} is larger than ${maxBytes} bytes`);
      return bytes.length >= start + size ? bytes.subarray(start, start + size) : start + size;
    }
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  if (at > MAX_HEADER_BYTES) throw new ContainerFileError(`${path} has too much before its content`);
  return at + BLOCK_BYTES;
}
