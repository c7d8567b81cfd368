import { connect } from 'node:net';

const ANSWER_MS = 1000;
const STAYS_MS = 25;

/**
 * Does somebody listen? Docker's own proxy takes every connection and closes it at once when there is nobody behind it,
 * so only a connection that stays, or that says something, is one.
 */
export function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => setTimeout(end(true), STAYS_MS));
    socket.once('data', end(true));
    for (const event of ['error', 'timeout', 'close', 'end']) socket.once(event, end(false));
  });
}
