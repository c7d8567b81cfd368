import { describe, expect, it } from 'vitest';
import { standsAfter } from './gate.plan.js';

const yes = { approved: true };
const no = { approved: false };

describe('standsAfter', () => {
  it.each([
    [[], 1, 'waiting'],
    [[yes], 1, 'approved'],
    [[yes], 2, 'waiting'],
    [[yes, yes], 2, 'approved'],
    [[yes, no], 2, 'rejected'],
    [[no], 1, 'rejected'],
  ] as const)('%j of %i needed is %s', (decisions, needed, expected) => {
    expect(standsAfter(decisions, needed)).toBe(expected);
  });
});
