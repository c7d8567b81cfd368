import { packet } from './pkt-line.js';

/** The channels of a `side-band-64k` answer. */
export const BAND = { data: 1, progress: 2 } as const;

/** One byte of a packet names the band. */
const MAX_BAND_BYTES = 65515;

export function band(number: number, bytes: Buffer): Buffer {
  const packets: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += MAX_BAND_BYTES) {
    packets.push(packet(Buffer.concat([Buffer.from([number]), bytes.subarray(from, from + MAX_BAND_BYTES)])));
  }
  return Buffer.concat(packets);
}

/** Lines for the pusher's terminal; git puts `remote: ` before each. */
export const progress = (lines: readonly string[]): Buffer =>
  band(BAND.progress, Buffer.from(lines.map((line) => `${line}\n`).join('')));

/** Says nothing; keeps proxies from closing a connection on which nothing happens. */
export const KEEP_ALIVE = packet(Buffer.from([BAND.progress]));
