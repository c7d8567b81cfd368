import { DURATION_PATTERN, parseDuration } from './duration.js';

/** The kinds of value in `sluice.yml`. `x-expected` completes the sentence "expected …" for people. */

export const wholeNumber = (minimum: number, maximum: number) => ({
  type: 'integer',
  minimum,
  maximum,
  'x-expected': `a whole number from ${minimum} to ${maximum}`,
});

/** `x-seconds` is our own keyword: the least and the greatest, which a pattern cannot say. */
export const duration = (least: string, greatest: string) => ({
  type: 'string',
  pattern: DURATION_PATTERN,
  'x-seconds': [parseDuration(least), parseDuration(greatest)],
  'x-expected': `a duration from ${least} to ${greatest}, written like 30s, 10m, 24h or 7d`,
});

// No leading slash or dash (`-` would be read as an option or as standard input), no `..`, no backslash, nothing unprintable.
export const path = (base: string) => ({
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  pattern: '^(?![/-])(?!(.*/)?\\.\\.(/|$))[^\\\\\\u0000-\\u001f\\u007f]+$',
  'x-expected': `a path inside ${base}, without a leading / or - and without ..`,
});

export const text = (expected: string) => ({
  type: 'string',
  pattern: '\\S',
  'x-expected': expected,
});

export const name = () => ({
  type: 'string',
  maxLength: 64,
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  'x-expected': 'a name of at most 64 letters, digits and _, not beginning with a digit',
});

export const mapping = <P extends object>(properties: P) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  'x-expected': `a mapping with ${listed(Object.keys(properties))}`,
});

export const list = (expected: string, items: object) => ({
  type: 'array',
  maxItems: 100,
  items,
  'x-expected': expected,
});

/** Keys that make no sense beside another one. */
export const without = (...keys: string[]) => ({ properties: Object.fromEntries(keys.map((key) => [key, false])) });

const listed = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
