import { isBranch, isZero } from '../git/commands.plan.js';
import type { Head } from '../git/repositories.client.js';

/** A ref that a push moved, with the id its run would get. */
export interface Move {
  readonly run: string;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

type Described = Move & { readonly subject: string };

/**
 * Compares what a push said with where the branches are now. Only the commit that a branch is at gets a run: of two pushes
 * that meet, the later must not be overtaken by the news of the earlier. Tags are kept and start nothing.
 */
export function sortMoves(
  moves: readonly Move[],
  heads: readonly Head[],
): { newest: Described[]; overtaken: Described[]; deleted: string[] } {
  const at = new Map(heads.map((head) => [head.ref, head]));
  const branches = moves.filter(({ ref }) => isBranch(ref));
  const described = branches
    .filter(({ after }) => !isZero(after))
    .map((move) => ({ ...move, subject: at.get(move.ref)?.subject ?? '' }));
  const isNewest = ({ ref, after }: Move): boolean => at.get(ref)?.commit === after;
  return {
    newest: described.filter(isNewest),
    overtaken: described.filter((move) => !isNewest(move)).map((move) => ({ ...move, subject: '' })),
    deleted: branches.filter(({ ref, after }) => isZero(after) && !at.has(ref)).map(({ ref }) => ref),
  };
}

/** What happened to our repository and was never told: branches to announce, and branches that are gone. */
export function untold(
  heads: readonly Head[],
  told: ReadonlyMap<string, string>,
  newRun: () => string,
): { moves: Move[]; gone: string[] } {
  const refs = new Set(heads.map(({ ref }) => ref));
  return {
    moves: heads
      .filter(({ ref, commit }) => told.get(ref) !== commit)
      .map(({ ref, commit }) => ({
        run: newRun(),
        ref,
        before: told.get(ref) ?? '0'.repeat(commit.length),
        after: commit,
      })),
    gone: [...told.keys()].filter((ref) => !refs.has(ref)),
  };
}
