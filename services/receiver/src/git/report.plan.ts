import { FLUSH, packet, PacketReader, ProtocolError } from './pkt-line.js';
import { BAND, band } from './side-band.js';
import type { Push } from './commands.plan.js';

/** Collects git's `report-status` of a push: which refs it moved. */
export class ReportReader {
  private readonly packets = new PacketReader();
  private readonly moved = new Set<string>();
  private readable = true;

  feed(bytes: Buffer): void {
    if (!this.readable) return;
    try {
      this.packets.feed(bytes);
      for (let next = this.packets.next(); next; next = this.packets.next()) {
        const [, ref] = /^ok ([^\n]+)\n?$/.exec(next.data.toString('utf8')) ?? [];
        if (ref) this.moved.add(ref);
      }
    } catch (error) {
      // A report that cannot be read names no ref; the sweep finds what was moved all the same.
      if (!(error instanceof ProtocolError)) throw error;
      this.readable = false;
    }
  }

  get refs(): ReadonlySet<string> {
    return this.moved;
  }
}

/** The answer to a push of which nothing was taken, in the form git reports its own refusals. */
export function refusalReport({ commands, capabilities }: Push, reasonFor: (ref: string) => string): Buffer {
  const lines = ['unpack ok\n', ...commands.map(({ ref }) => `ng ${ref} ${reasonFor(ref)}\n`)];
  const report = Buffer.concat([...lines.map(packet), FLUSH]);
  return capabilities.has('side-band-64k') ? Buffer.concat([band(BAND.data, report), FLUSH]) : report;
}
