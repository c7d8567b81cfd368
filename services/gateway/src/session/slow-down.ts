/** How many attempts are free before the first wait, and how the wait grows. */
interface Patience {
  readonly free: number;
  readonly longestSeconds: number;
}

interface Attempts {
  count: number;
  /** Milliseconds; attempts before this are refused. */
  blockedUntil: number;
}

const FORGET_AFTER_MS = 3_600_000;
const MOST_KEYS = 10_000;

/**
 * Makes guessing slow: each failed attempt beyond the free ones doubles the wait for the next. It lives in the memory of
 * one process, so replicas count for themselves and a restart forgets.
 */
export class SlowDown {
  private readonly attempts = new Map<string, Attempts>();

  constructor(private readonly patience: Patience) {}

  /**
   * Seconds to wait, or 0 when the attempt may be made now. The attempt counts as failed until `succeeded`: many at the
   * same time gain nothing.
   */
  admit(key: string, now: number): number {
    const known = this.attempts.get(key);
    if (known && known.blockedUntil > now) return Math.ceil((known.blockedUntil - now) / 1000);

    const count = known && known.blockedUntil + FORGET_AFTER_MS > now ? known.count + 1 : 1;
    const beyond = count - this.patience.free;
    const waitSeconds = beyond <= 0 ? 0 : Math.min(2 ** (beyond - 1), this.patience.longestSeconds);
    this.attempts.delete(key); // To its end: the map is in the order of last use.
    this.attempts.set(key, { count, blockedUntil: now + waitSeconds * 1000 });
    if (this.attempts.size > MOST_KEYS) this.attempts.delete(this.attempts.keys().next().value!);
    return 0;
  }

  succeeded(key: string): void {
    this.attempts.delete(key);
  }
}
