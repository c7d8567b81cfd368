import { request } from 'node:http';
import type { Readable } from 'node:stream';
import type { LabEngine } from './lab.js';

interface CallOptions {
  readonly body?: object | Readable;
  readonly timeoutMs?: number;
}

/** One call of the Docker Engine API, over its Unix socket or TCP. Rejects on a status of 400 or more. */
export function callEngine<T = unknown>(
  engine: LabEngine,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<T> {
  const { body, timeoutMs = 60_000 } = options;
  const stream = isStream(body) ? body : undefined;
  const text = body && !stream ? JSON.stringify(body) : undefined;

  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...placeOf(engine.dockerHost),
      method,
      path,
      headers: headersOf(text, stream),
      agent: false,
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`${method} ${path} gave no answer.`)));
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode! < 400) resolve(parsed(answer) as T);
        else reject(new Error(`${method} ${path}: HTTP ${response.statusCode} ${answer.trim()}`));
      });
    });
    if (stream) stream.pipe(outgoing);
    else outgoing.end(text);
  });
}

function placeOf(dockerHost: string): { socketPath: string } | { host: string; port: string } {
  if (dockerHost.startsWith('unix://')) return { socketPath: dockerHost.slice('unix://'.length) };
  const { hostname, port } = new URL(dockerHost);
  return { host: hostname, port: port || '2375' };
}

function headersOf(text: string | undefined, stream: Readable | undefined): Record<string, string | number> {
  if (stream) return { 'content-type': 'application/x-tar' };
  return text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
}

const isStream = (body: object | undefined): body is Readable =>
  typeof (body as Readable | undefined)?.pipe === 'function';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // `_ping` and the progress of an import are not one JSON value.
  }
}
