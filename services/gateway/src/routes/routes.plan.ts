import { LOG_OWNERS, RESOURCES } from '@sluice/contracts';
import type { Upstream } from '../gateway.config.js';

export interface Route {
  /** Every path that is this one or lies below it. */
  readonly under: string;
  readonly to: Upstream;
}

/** Which service answers what we do not answer ourselves. */
export const ROUTES: readonly Route[] = [
  ...Object.entries(RESOURCES).map(([resource, to]) => ({ under: `/api/v1/${resource}`, to })),
  ...Object.entries(LOG_OWNERS).map(([stage, to]) => ({ under: `/api/v1/logs/${stage}`, to: to as Upstream })),
  { under: '/git', to: 'receiver' },
  { under: '/hooks', to: 'receiver' },
];

/**
 * A path that every reader reads alike: no dot segments, empty segments or backslashes, plain or encoded. Otherwise a route
 * could be left again behind the door, towards what is not meant to be reached through it. An encoded slash is allowed: it
 * is part of a name.
 */
export function isPlainPath(url: string): boolean {
  const path = url.split('?')[0]!;
  if (/\/\/|\\|%2e|%5c|%00/i.test(path)) return false;
  return !path.split(/\/|%2f/i).some((part) => part === '.' || part === '..');
}

/** Of one connection only (RFC 9110, 7.6.1), so never passed on. `expect` was answered by our own server. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

type Headers = Record<string, string | string[] | undefined>;

export function endToEnd(headers: Headers): Headers {
  const named = String(headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)),
  );
}

export interface Client {
  readonly address: string;
  readonly host: string;
  readonly protocol: string;
}

/** What the service gets to see. Whatever the client says of where it comes from is replaced: we saw it ourselves. */
export function headersTo(upstream: URL, headers: Headers, { address, host, protocol }: Client): Headers {
  const { forwarded: _, ...rest } = endToEnd(headers);
  // Without a length the body is of unknown size; our own request frames it again.
  const framing = headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {};
  return {
    ...rest,
    ...framing,
    host: upstream.host,
    'x-forwarded-for': address,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol,
  };
}
