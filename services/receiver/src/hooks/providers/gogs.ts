import { one, type Provider } from '../hook.js';
import { signedBy } from '../signature.js';
import { ignored, parsePushEvent } from './github-like.js';
import { parseDelete } from './gitea.js';

export const gogs: Provider = {
  source: 'gogs',
  eventHeader: 'x-gogs-event',
  deliveryHeaders: ['x-gogs-delivery'],
  authentic: (headers, body, secret) => signedBy(secret, body, one(headers, 'x-gogs-signature')),
  parse: (event, payload) => {
    if (event === 'push') {
      return parsePushEvent(
        payload,
        payload.login('sender.login', 'sender.username', 'pusher.login', 'pusher.username'),
      );
    }
    // A new branch is told twice: by this event without a commit, and by a push.
    if (event === 'delete') return parseDelete(payload);
    return ignored(`nothing is done at "${event}"`);
  },
};
