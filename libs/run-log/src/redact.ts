const MASK = '•••';
/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 4;

/** Removes secrets from a line of text in every form in which tools print them: raw, base64, URL-encoded, JSON-escaped. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const forms = [
    ...new Set(
      secrets
        .flatMap((secret) => secret.split('\n'))
        .filter((part) => part.length >= SHORTEST_SECRET)
        .flatMap(formsOf),
    ),
  ];
  // Longest first, so that no part of a longer form is left standing.
  forms.sort((a, b) => b.length - a.length);
  return (line) => forms.reduce((text, form) => text.replaceAll(form, MASK), line);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}
