import type { Engine } from './engine.js';

/**
 * A GET that dockerode has no complete method or type for.
 * @param path with a question mark at its end, or its first parameters and an ampersand.
 * @returns the JSON, or the bytes where the answer is none. @throws dockerode's error: see `answer`.
 */
export function engineGet<T>(engine: Engine, path: string, query: object, signal?: AbortSignal): Promise<T> {
  const request = { path, method: 'GET', options: query, abortSignal: signal, statusCodes: { 200: true } };
  return new Promise((resolve, reject) => {
    engine.docker.modem.dial(request, (error, found) => (error ? reject(error) : resolve(found as T)));
  });
}
