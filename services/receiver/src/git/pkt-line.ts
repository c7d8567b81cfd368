/** The stream is not made of pkt-lines. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** `raw` is the packet with its length, as it goes over the wire; `data` is absent for the three special packets. */
export interface Packet {
  readonly kind: 'data' | 'flush' | 'delim' | 'end';
  readonly data: Buffer;
  readonly raw: Buffer;
}

const LENGTH_BYTES = 4;
const SPECIAL = ['flush', 'delim', 'end'] as const;
/** git's own limit: 65516 bytes of data and the length. */
const MAX_PACKET_BYTES = 65520;
const NOTHING = Buffer.alloc(0);

export const FLUSH = Buffer.from('0000');

/** One packet of the format in git's `gitprotocol-common`: four hex digits of length, which count themselves, and the data. */
export function packet(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  if (bytes.length > MAX_PACKET_BYTES - LENGTH_BYTES) throw new ProtocolError('packet too long');
  return Buffer.concat([Buffer.from((bytes.length + LENGTH_BYTES).toString(16).padStart(4, '0')), bytes]);
}

/** Cuts a stream, however it was chunked, into packets. */
export class PacketReader {
  private buffer: Buffer = NOTHING;

  feed(chunk: Buffer): void {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
  }

  /** The next whole packet, `undefined` when more bytes are needed. Throws `ProtocolError`. */
  next(): Packet | undefined {
    if (this.buffer.length < LENGTH_BYTES) return undefined;
    const digits = this.buffer.toString('latin1', 0, LENGTH_BYTES);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? parseInt(digits, 16) : NaN;
    const special = SPECIAL[length];
    if (special) return { kind: special, data: NOTHING, raw: this.take(LENGTH_BYTES) };
    if (!(length >= LENGTH_BYTES && length <= MAX_PACKET_BYTES)) throw new ProtocolError('not a pkt-line');
    if (this.buffer.length < length) return undefined;
    const raw = this.take(length);
    return { kind: 'data', data: raw.subarray(LENGTH_BYTES), raw };
  }

  /** What was fed and belongs to no packet yet. */
  get rest(): Buffer {
    return this.buffer;
  }

  private take(bytes: number): Buffer {
    const taken = this.buffer.subarray(0, bytes);
    this.buffer = this.buffer.subarray(bytes);
    return taken;
  }
}
