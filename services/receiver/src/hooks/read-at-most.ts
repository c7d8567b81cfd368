import { Problem } from '@sluice/runtime';
import type { IncomingMessage } from 'node:http';

/** Forges send a hook at once. */
const PATIENCE_MS = 15_000;

/** The whole body, exactly as it came. Throws 413 as soon as there is more, whatever length was announced. */
export async function readAtMost(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Problem(413, `The body is larger than ${maxBytes} bytes.`, 'hook.too_large');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const patience = setTimeout(() => request.destroy(), PATIENCE_MS);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(patience);
  }
  return Buffer.concat(chunks);
}
