const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The form of `30s`, `10m`, `24h` and `7d`. One unit only, so that everybody reads it alike. */
export const DURATION_PATTERN = '^[1-9][0-9]{0,5}[smhd]$';

const DURATION = new RegExp(DURATION_PATTERN);

/** Seconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  return Number(text.slice(0, -1)) * SECONDS[text.at(-1) as keyof typeof SECONDS];
}
