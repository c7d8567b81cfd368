import type { Report } from '../lab/index.js';

const codes = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof codes;

/** Colours only for people, and only when they have not asked for none. */
export function painter(stream: NodeJS.WriteStream, noColor: boolean): (style: Style, text: string) => string {
  const on = stream.isTTY && !noColor;
  return (style, text) => (on ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const silent: Report = { step: () => undefined };
