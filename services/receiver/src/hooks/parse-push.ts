import { one, type Headers, type Hook, type Provider } from './hook.js';
import { BadPayload, Payload } from './payload.js';
import { forgejo, gitea } from './providers/gitea.js';
import { github } from './providers/github.js';
import { gitlab } from './providers/gitlab.js';
import { gogs } from './providers/gogs.js';

/** In this order: Forgejo also sends Gitea's headers, Gitea those of Gogs, and all of them GitHub's. */
export const PROVIDERS: readonly Provider[] = [forgejo, gitea, gogs, gitlab, github];

export const providerOf = (headers: Headers): Provider | undefined =>
  PROVIDERS.find(({ eventHeader }) => one(headers, eventHeader) !== undefined);

/** Understands a hook whose signature was checked. Throws `BadPayload`. */
export function parsePush(provider: Provider, headers: Headers, body: Buffer): Hook {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new BadPayload('the body is not JSON');
  }
  return provider.parse(one(headers, provider.eventHeader) ?? '', new Payload(json));
}
