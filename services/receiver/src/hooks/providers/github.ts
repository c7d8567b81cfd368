import { one, type Provider } from '../hook.js';
import { signedBy } from '../signature.js';
import { ignored, parsePushEvent } from './github-like.js';

export const github: Provider = {
  source: 'github',
  eventHeader: 'x-github-event',
  deliveryHeaders: ['x-github-delivery'],
  authentic: (headers, body, secret) => signedBy(secret, body, one(headers, 'x-hub-signature-256'), 'sha256='),
  parse: (event, payload) =>
    event === 'push'
      ? parsePushEvent(payload, payload.login('sender.login', 'pusher.name'))
      : ignored(`nothing is done at "${event}"`),
};
