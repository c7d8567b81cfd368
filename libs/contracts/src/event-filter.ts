/** A topic pattern over event types, as the broker reads it: `run.failed`, `build.*`, `*.failed` or `#` for all. */
export const EVENT_PATTERN = /^(#|([a-z]+|\*)\.([a-z]+|\*))$/;

/** Whether one of the patterns takes this type. */
export function eventMatches(patterns: readonly string[], type: string): boolean {
  const words = type.split('.');
  return patterns.some((pattern) => {
    if (pattern === '#') return true;
    const wanted = pattern.split('.');
    return wanted.length === words.length && wanted.every((word, index) => word === '*' || word === words[index]);
  });
}
