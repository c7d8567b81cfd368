/** Control characters, what reverses or hides text in a terminal, and halves of characters that no database takes. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]|\p{Surrogate}/gu;

const escape = (character: string): string => {
  const code = character.codePointAt(0)!;
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : `\\u{${code.toString(16)}}`;
};

/** Makes text from outside safe to print: what a terminal would obey is shown instead. */
export const printable = (text: string): string => text.replaceAll('\t', '  ').replace(UNPRINTABLE, escape);

const MAX_SUBJECT = 500;

/** The first line of a text, as long as an event takes. Counted in characters, so that none is cut in two. */
export function line(text: string, max = MAX_SUBJECT): string {
  const first = text
    .split(/\r?\n/, 1)[0]!
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  return first.length <= max
    ? first
    : Array.from(first.slice(0, 2 * max))
        .slice(0, max)
        .join('');
}
