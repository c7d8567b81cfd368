import { type ConfigProblem } from './config-error.js';

const MAX_KIB = 64;

/** The text of the file, or why it has none worth parsing. */
export function readText(source: string | Uint8Array): { text: string } | { problem: ConfigProblem } {
  const bytes = typeof source === 'string' ? Buffer.from(source) : Buffer.from(source);
  if (bytes.length > MAX_KIB * 1024) {
    const size = (bytes.length / 1024).toFixed(1);
    return refuse('', `at most ${MAX_KIB} KiB`, `expected at most ${MAX_KIB} KiB, found ${size} KiB`);
  }

  const text = bytes.toString('utf8');
  const wrong = bytes.compare(Buffer.from(text)) === 0 ? -1 : firstDifference(bytes, Buffer.from(text));
  if (wrong >= 0) {
    const byte = `0x${bytes[wrong]?.toString(16).padStart(2, '0')}`;
    return refuse(bytes.toString('utf8', 0, wrong), 'UTF-8 text', `expected UTF-8 text, found the byte ${byte}`);
  }

  const nul = text.indexOf('\0');
  return nul < 0 ? { text } : refuse(text.slice(0, nul), 'printable text', 'expected printable text, found a NUL');
}

/** Decoding replaces what is not UTF-8, so the first byte that does not come back is the first wrong one. */
const firstDifference = (a: Buffer, b: Buffer): number => a.findIndex((byte, i) => byte !== b[i]);

function refuse(before: string, expected: string, message: string): { problem: ConfigProblem } {
  const lines = before.split('\n');
  return { problem: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, path: '', message, expected } };
}
