import type { Evidence } from '@sluice/contracts';
import type { StageFailure } from './stage-failure.js';

const MAX_TEXT = 8000;
const MAX_LINE = 1000;
const MAX_LINES = 200;

/**
 * What an event says of a failure. The words come from programs of anybody: whatever they printed, Postgres must be able
 * to keep it (no NUL, no half characters) and the event stays small.
 */
export function presentable({ message, evidence }: Pick<StageFailure, 'message' | 'evidence'>): {
  message: string;
  evidence?: Evidence;
} {
  if (!evidence) return { message: cut(message, MAX_TEXT) };
  const { where, lastLogLines, ...numbers } = evidence;
  return {
    message: cut(message, MAX_TEXT),
    evidence: {
      ...numbers,
      ...(where === undefined ? {} : { where: cut(where, MAX_LINE) }),
      ...(lastLogLines ? { lastLogLines: lastLogLines.slice(-MAX_LINES).map((line) => cut(line, MAX_LINE)) } : {}),
    },
  };
}

function cut(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return short.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');
}
