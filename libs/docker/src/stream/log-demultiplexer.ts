import { LineSplitter } from './line-splitter.js';

export type OutputStream = 'stdout' | 'stderr';
export type OnLine = (line: string, stream: OutputStream) => void;

const HEADER_BYTES = 8;

/**
 * Reads the frames in which the engine mixes both outputs of a container without a terminal: 1 byte stream (1 stdout,
 * 2 stderr, 3 the engine's own words), 3 zero bytes, 4 bytes length, big-endian, then so many bytes
 * (Engine API, "Attach to a container", stream format). Neither frames nor chunks end where lines do.
 */
export class LogDemultiplexer {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private headerBytes = 0;
  private payloadBytes = 0;
  private readonly outputs: Record<OutputStream, LineSplitter>;

  constructor(onLine: OnLine) {
    this.outputs = {
      stdout: new LineSplitter((line) => onLine(line, 'stdout')),
      stderr: new LineSplitter((line) => onLine(line, 'stderr')),
    };
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at += this.payloadBytes > 0 ? this.takePayload(chunk, at) : this.takeHeader(chunk, at);
    }
  }

  /** Hands on the unfinished last line of each output. */
  end(): void {
    this.outputs.stdout.end();
    this.outputs.stderr.end();
  }

  private takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.header, this.headerBytes, at, at + HEADER_BYTES - this.headerBytes);
    this.headerBytes += taken;
    if (this.headerBytes === HEADER_BYTES) {
      this.headerBytes = 0;
      this.payloadBytes = this.header.readUInt32BE(4);
    }
    return taken;
  }

  private takePayload(chunk: Buffer, at: number): number {
    const payload = chunk.subarray(at, at + this.payloadBytes);
    this.payloadBytes -= payload.length;
    this.outputs[this.header[0] === 1 ? 'stdout' : 'stderr'].write(payload);
    return payload.length;
  }
}

/** The lines of a log that was read as a whole. */
export function demultiplex(log: Buffer): string[] {
  const lines: string[] = [];
  const reader = new LogDemultiplexer((line) => lines.push(line));
  reader.write(log);
  reader.end();
  return lines;
}
