/** What becomes of a message whose handler threw: another try after a delay, or the dead queue. */
export type Fate = { readonly retryAfterSeconds: number } | 'dead';

/** Growing delays, one retry queue each: a short delay never waits behind a long one. */
export const RETRY_DELAYS_SECONDS = [1, 5, 30, 120] as const;

/** Our own count, in a header: what brokers count differs between their versions. */
export const ATTEMPT_HEADER = 'x-sluice-attempt';

/** `attempt` counts from 1. */
export const fateAfter = (attempt: number): Fate => {
  const retryAfterSeconds = RETRY_DELAYS_SECONDS[attempt - 1];
  return retryAfterSeconds === undefined ? 'dead' : { retryAfterSeconds };
};

export const attemptOf = (headers: Record<string, unknown> | undefined): number => {
  const value = Number(headers?.[ATTEMPT_HEADER] ?? 1);
  return Number.isInteger(value) && value >= 1 ? value : 1;
};
