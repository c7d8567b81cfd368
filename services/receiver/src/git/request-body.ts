import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { HttpRefusal } from './http-refusal.js';

/** How long and how much of a body nobody wants is still read, so that the client gets to read our answer. */
const DRAIN_MS = 10_000;

/**
 * A request's body, inflated here when it is compressed: git's own inflating knows no limit. `maxInflatedBytes` counts
 * what comes out; an uncompressed body is limited by its reader.
 */
export function bodyOf(request: IncomingMessage, maxInflatedBytes: number): AsyncIterator<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  // The connection still has to carry our answer when nobody reads on.
  if (encoding === 'identity') return request.iterator({ destroyOnReturn: false });
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new HttpRefusal(415, `A body cannot be "${encoding}" here, only gzip.`);
  }
  return inflated(request, maxInflatedBytes);
}

async function* inflated(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer, undefined> {
  const gunzip = createGunzip();
  request.once('error', (error) => gunzip.destroy(error));
  request.once('close', () => request.complete || gunzip.destroy(new Error('the client went away')));
  request.pipe(gunzip);
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HttpRefusal(413, `The body is larger than ${maxBytes} bytes when inflated.`);
      yield chunk;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) {
      throw new HttpRefusal(400, 'The body is not the gzip that it claims to be.');
    }
    throw error;
  } finally {
    request.unpipe(gunzip);
    gunzip.destroy();
  }
  return undefined;
}

/** Throws away what is left of a body, for a while. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.destroy(), DRAIN_MS).unref();
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}
