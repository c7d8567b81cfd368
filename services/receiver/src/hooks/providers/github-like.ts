import { isBranch, isZero } from '../../git/commands.plan.js';
import { line } from '../../text.plan.js';
import type { Hook } from '../hook.js';
import type { Payload } from '../payload.js';

/** The addresses of a repository that GitHub, and Gogs and Gitea after it, put into every payload. */
export const repositoryOf = (payload: Payload): string[] =>
  payload.texts(
    'repository.clone_url',
    'repository.ssh_url',
    'repository.git_url',
    'repository.html_url',
    'repository.url',
  );

export const ignored = (reason: string): Hook => ({ kind: 'ignored', reason });

/** A `push` event of GitHub, Gogs or Gitea, which differ in where the pusher's login stands. */
export function parsePushEvent(payload: Payload, pusher: string): Hook {
  const ref = payload.ref('ref');
  if (!isBranch(ref)) return ignored('tags start no run');
  const before = payload.commit('before');
  const commit = payload.commit('after');
  const repository = repositoryOf(payload);
  if (isZero(commit)) return { kind: 'deleted', ref, before, repository };
  return { kind: 'push', ref, before, commit, pusher, subject: subjectOf(payload, commit), repository };
}

/** `commits` is cut and, by forge, the newest is first or last: only the id tells. */
export function subjectOf(payload: Payload, commit: string): string {
  const pushed = payload.list('commits').find((item) => item.textOr('id', '') === commit);
  return line(payload.textOr('head_commit.message', pushed?.textOr('message', '') ?? ''));
}
