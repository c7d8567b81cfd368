import { StringDecoder } from 'node:string_decoder';

/** A longer line is handed on in pieces, so a program that never ends its line cannot fill our memory. In characters. */
export const MAX_LINE_LENGTH = 64 * 1024;

/** Cuts bytes into lines, whatever the borders of the chunks, which also fall within a character. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Uint8Array): void {
    this.take(this.decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** Hands on what came after the last line end. */
  end(): void {
    this.take(this.decoder.end());
    if (this.rest !== '') this.onLine(this.rest);
    this.rest = '';
  }

  private take(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = this.rest + text.slice(from, end);
      this.rest = '';
      from = end + 1;
      this.onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    }

    this.rest += text.slice(from);
    while (this.rest.length > MAX_LINE_LENGTH) {
      this.onLine(this.rest.slice(0, MAX_LINE_LENGTH));
      this.rest = this.rest.slice(MAX_LINE_LENGTH);
    }
  }
}
