/** IPv4 network: first address as a number, prefix length. */
export interface Network {
  readonly base: number;
  readonly bits: number;
}

/** Swarm takes its overlay networks from 10.0.0.0 upwards, so the lab stays at the far end of 10.0.0.0/8. */
const FIRST = 201;
const LAST = 250;

/** `10.1.2.3/24` or a bare address. */
export function parseNetwork(text: string): Network {
  const [address, bits = '32'] = text.split('/');
  const base = address!.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { base, bits: Number(bits) };
}

export function overlaps(one: Network, other: Network): boolean {
  const size = 2 ** (32 - Math.min(one.bits, other.bits));
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

/**
 * A /24 that nothing on this machine routes to: the one used before if it is still free, else the first free one from a
 * place that depends on the lab's id, so that two labs rarely even try the same. Answers its first three numbers.
 */
export function chooseSubnet(id: string, taken: readonly Network[], former?: string): string {
  const candidates = (LAST - FIRST + 1) * 256;
  const start = parseInt(id.slice(0, 6), 16) % candidates;
  const isFree = (prefix: string): boolean => {
    const network = parseNetwork(`${prefix}.0/24`);
    return !taken.some((other) => other.bits > 0 && overlaps(network, other)); // 0 bits: the default route.
  };

  if (former && isFree(former)) return former;
  for (let step = 0; step < candidates; step += 1) {
    const index = (start + step) % candidates;
    const prefix = `10.${FIRST + Math.floor(index / 256)}.${index % 256}`;
    if (isFree(prefix)) return prefix;
  }
  throw new Error(`No free /24 between 10.${FIRST}.0.0 and 10.${LAST}.255.0.`);
}
