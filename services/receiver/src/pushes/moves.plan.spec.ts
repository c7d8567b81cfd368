import { describe, expect, it } from 'vitest';
import { sortMoves, untold } from './moves.plan.js';

const ZERO = '0'.repeat(40);
const move = (ref: string, before: string, after: string) => ({ run: `run of ${after}`, ref, before, after });
const head = (ref: string, commit: string) => ({ ref, commit, subject: `subject of ${commit}` });

describe('sortMoves', () => {
  it('gives a run to the commit that the branch is at', () => {
    const main = move('refs/heads/main', 'a', 'b');
    expect(sortMoves([main], [head('refs/heads/main', 'b')])).toEqual({
      newest: [{ ...main, subject: 'subject of b' }],
      overtaken: [],
      deleted: [],
    });
  });

  it('sees that a newer push was quicker', () => {
    const { newest, overtaken } = sortMoves([move('refs/heads/main', 'a', 'b')], [head('refs/heads/main', 'c')]);
    expect([newest.length, overtaken.length]).toEqual([0, 1]);
  });

  it('keeps tags without a run', () => {
    expect(sortMoves([move('refs/tags/v1', ZERO, 'a')], [])).toEqual({ newest: [], overtaken: [], deleted: [] });
  });

  it('forgets a branch that is gone, unless it is back', () => {
    const gone = move('refs/heads/x', 'a', ZERO);
    expect(sortMoves([gone], []).deleted).toEqual(['refs/heads/x']);
    expect(sortMoves([gone], [head('refs/heads/x', 'b')]).deleted).toEqual([]);
  });
});

describe('untold', () => {
  it('finds branches that moved or came, and those that are gone', () => {
    const heads = [head('refs/heads/same', 'a'), head('refs/heads/moved', 'b'), head('refs/heads/new', 'c'.repeat(40))];
    const told = new Map([
      ['refs/heads/same', 'a'],
      ['refs/heads/moved', 'a'],
      ['refs/heads/gone', 'a'],
    ]);
    expect(untold(heads, told, () => 'id')).toEqual({
      moves: [
        { run: 'id', ref: 'refs/heads/moved', before: 'a', after: 'b' },
        { run: 'id', ref: 'refs/heads/new', before: ZERO, after: 'c'.repeat(40) },
      ],
      gone: ['refs/heads/gone'],
    });
  });
});
