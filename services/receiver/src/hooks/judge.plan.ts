export interface Facts {
  /** What the hook says the branch is at now. */
  readonly commit: string;
  /** The commit of the branch that was announced last. */
  readonly head: string | undefined;
  /** The commit the forge itself names; `undefined` when it cannot be asked. */
  readonly atForge: string | 'none' | undefined;
  /** The very same bytes were received before under another delivery. */
  readonly replayed: boolean;
}

export type Judgement = 'accept' | { readonly verdict: 'duplicate' | 'ignored'; readonly reason: string };

/**
 * Decides about a genuine push that does not simply continue from the commit we know: a hook was lost, came late, or was
 * recorded and sent again. A signature covers no time, so the forge is asked. When it cannot be asked, the push is believed
 * once: no push is lost, and a recording starts nothing. (A pair of commits must not be unique: A→B→A→B is an honest push.)
 */
export function judge({ commit, head, atForge, replayed }: Facts): Judgement {
  if (head === commit) return { verdict: 'duplicate', reason: 'this commit of the branch was announced before' };
  if (atForge === commit) return 'accept';
  if (atForge !== undefined) return { verdict: 'ignored', reason: 'the branch is at another commit by now' };
  if (replayed) return { verdict: 'duplicate', reason: 'the very same hook was received before' };
  return 'accept';
}
