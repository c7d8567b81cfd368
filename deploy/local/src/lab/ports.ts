import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux's ephemeral ports, above the well-known ones of the parts themselves. */
const FIRST = 17_000;
const LAST = 24_999;

/** A port for each name: the one kept from the last start when it is still free, else any free one. */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  kept: Partial<Record<string, number>> = {},
): Promise<Record<Name, number>> {
  const chosen = new Map<Name, number>();
  for (const name of names) {
    let port = kept[name] ?? randomInt(FIRST, LAST);
    while ([...chosen.values()].includes(port) || !(await isFree(port))) port = randomInt(FIRST, LAST);
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen) as Record<Name, number>;
}

/** Free on every address of this machine. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
