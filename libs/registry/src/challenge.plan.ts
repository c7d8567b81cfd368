/** What a registry asks for in WWW-Authenticate (RFC 7235 and distribution's "Token Authentication Specification"). */
export type Challenge =
  { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string };

/** @returns undefined when the header names no scheme that we know. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;

  const found: Record<string, string> = {};
  for (const [, key = '', quoted, plain] of rest.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/g)) {
    found[key.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  }
  const { realm, service = '' } = found; // Its scope is ours: each request knows what it needs.
  return realm ? { scheme: 'bearer', realm, service } : undefined;
}

export interface Token {
  readonly authorization: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The answer of a token server; `access_token` is OAuth's name for the same. */
export interface TokenAnswer {
  readonly token?: string;
  readonly access_token?: string;
  /** In seconds; 60 when absent, as the specification says. */
  readonly expires_in?: number;
}

/** A token is given up early, so that it does not expire on its way. In milliseconds. */
const MARGIN_MS = 5_000;

/** Counted from our own clock: the one of the token server may differ. @returns undefined when there is no token. */
export function readToken({ token, access_token, expires_in = 60 }: TokenAnswer, now: number): Token | undefined {
  const value = token ?? access_token;
  return value ? { authorization: `Bearer ${value}`, expiresAt: now + expires_in * 1000 - MARGIN_MS } : undefined;
}

export const pullScope = (repository: string): string => `repository:${repository}:pull`;
export const pushScope = (repository: string): string => `repository:${repository}:pull,push`;
