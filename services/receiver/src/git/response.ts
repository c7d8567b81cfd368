import type { ServerResponse } from 'node:http';

/** git answers change with every push. */
const NEVER_CACHED = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  pragma: 'no-cache',
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  'x-accel-buffering': 'no',
};

export function beginResponse(response: ServerResponse, contentType: string): void {
  response.writeHead(200, { 'content-type': contentType, ...NEVER_CACHED });
}

/** Waits while the client is slower than git; a client that went away takes everything. */
export async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || response.destroyed || response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** Aborts when the client goes away before the answer is complete. */
export function clientGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
