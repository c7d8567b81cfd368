import { describe, expect, it } from 'vitest';
import { ATTEMPT_HEADER, attemptOf, fateAfter } from './delivery.plan.js';

describe('fateAfter', () => {
  it('waits longer after each attempt and then gives up', () => {
    expect([1, 2, 3, 4, 5].map(fateAfter)).toEqual([
      { retryAfterSeconds: 1 },
      { retryAfterSeconds: 5 },
      { retryAfterSeconds: 30 },
      { retryAfterSeconds: 120 },
      'dead',
    ]);
  });
});

describe('attemptOf', () => {
  it.each([
    [undefined, 1],
    [{}, 1],
    [{ [ATTEMPT_HEADER]: 3 }, 3],
    [{ [ATTEMPT_HEADER]: 'many' }, 1],
    [{ [ATTEMPT_HEADER]: -1 }, 1],
  ])('reads %j as %i', (headers, attempt) => {
    expect(attemptOf(headers)).toBe(attempt);
  });
});
