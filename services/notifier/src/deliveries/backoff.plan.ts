/** The waits between attempts: soon for a restart, at last a day for a weekend. */
const DELAYS_SECONDS = [5, 30, 120, 600, 1800, 7200, 21_600, 86_400] as const;

/** Seconds until the next attempt, or undefined when it is time to give up. `attempts` were made so far. */
export const nextDelaySeconds = (attempts: number): number | undefined => DELAYS_SECONDS[attempts - 1];

/** Any 2xx is taken as received. Redirects are not followed, so they are not. */
export const wasReceived = (responseCode: number): boolean => responseCode >= 200 && responseCode < 300;
