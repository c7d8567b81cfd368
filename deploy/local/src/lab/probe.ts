import { connect, type TcpNetConnectOpts } from 'node:net';

/** Sends a greeting and judges the first byte of the answer: a server that speaks, not just a port that is open. */
export function answers(
  to: TcpNetConnectOpts,
  greeting: Buffer,
  isRight: (first: number) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to);
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('connect', () => socket.write(greeting));
    socket.once('data', (data) => end(isRight(data[0]!)));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

/** Whether a URL answers HTTP with one of these statuses. */
export async function answersHttp(url: string, statuses: readonly number[]): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return statuses.includes(response.status);
}
