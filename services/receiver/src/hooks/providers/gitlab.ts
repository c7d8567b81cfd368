import { isZero } from '../../git/commands.plan.js';
import { one, type Provider } from '../hook.js';
import { sameSecret } from '../signature.js';
import { ignored, subjectOf } from './github-like.js';

export const gitlab: Provider = {
  source: 'gitlab',
  eventHeader: 'x-gitlab-event',
  deliveryHeaders: ['idempotency-key', 'x-gitlab-event-uuid'],
  // GitLab sends the secret itself, so only its transport keeps the body from being changed.
  authentic: (headers, _body, secret) => sameSecret(one(headers, 'x-gitlab-token'), secret),
  parse: (event, payload) => {
    if (event !== 'Push Hook') return ignored(`nothing is done at "${event}"`);
    const ref = payload.ref('ref');
    const before = payload.commit('before');
    const commit = payload.commit('after');
    const repository = payload.texts(
      'project.git_http_url',
      'project.git_ssh_url',
      'project.web_url',
      'repository.git_http_url',
      'repository.git_ssh_url',
    );
    if (isZero(commit)) return { kind: 'deleted', ref, before, repository };
    const pusher = payload.login('user_username', 'user_name');
    return { kind: 'push', ref, before, commit, pusher, subject: subjectOf(payload, commit), repository };
  },
};
