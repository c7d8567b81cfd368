import { one, type Hook, type Provider } from '../hook.js';
import { BadPayload, Payload } from '../payload.js';
import { signedBy } from '../signature.js';
import { ignored, parsePushEvent, repositoryOf } from './github-like.js';

/** Gitea, and Forgejo, which speaks the same under a header of its own name. */
const speaking = (name: 'gitea' | 'forgejo'): Provider => ({
  source: 'gitea',
  eventHeader: `x-${name}-event`,
  deliveryHeaders: [`x-${name}-delivery`, 'x-gitea-delivery'],
  authentic: (headers, body, secret) =>
    signedBy(secret, body, one(headers, `x-${name}-signature`) ?? one(headers, 'x-gitea-signature')),
  parse: (event, payload) => {
    if (event === 'push') return parsePushEvent(payload, payload.login('sender.login', 'pusher.login'));
    if (event === 'delete') return parseDelete(payload);
    return ignored(`nothing is done at "${event}"`);
  },
});

export const gitea = speaking('gitea');
export const forgejo = speaking('forgejo');

/** Says the short name of a ref and its kind; what it pointed to is not said. */
export function parseDelete(payload: Payload): Hook {
  if (payload.text('ref_type') !== 'branch') return ignored('tags start no run');
  const short = payload.text('ref').replace(/^refs\/heads\//, '');
  const ref = new Payload({ ref: `refs/heads/${short}` }).ref('ref');
  const repository = repositoryOf(payload);
  if (repository.length === 0) throw new BadPayload('"repository" is missing');
  return { kind: 'deleted', ref, before: '', repository };
}
