import { describe, expect, it } from 'vitest';
import { SlowDown } from './slow-down.js';

const patience = { free: 3, longestSeconds: 60 };
const HOUR_MS = 3_600_000;

describe('SlowDown', () => {
  it('admits the free attempts at once and then ever more seldom, down to once in the longest wait', () => {
    const slowDown = new SlowDown(patience);
    const admittedAt: number[] = [];
    for (let second = 0; second < 250; second++)
      while (slowDown.admit('eve', second * 1000) === 0) admittedAt.push(second);
    expect(admittedAt).toEqual([0, 0, 0, 0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('says how long to wait', () => {
    const slowDown = new SlowDown(patience);
    for (let attempt = 0; attempt < 4; attempt++) slowDown.admit('eve', 0);
    expect(slowDown.admit('eve', 100)).toBe(1);
  });

  it('counts attempts that have not ended yet', () => {
    const slowDown = new SlowDown(patience);
    const admitted = Array.from({ length: 1000 }, () => slowDown.admit('eve', 0)).filter((wait) => wait === 0);
    expect(admitted).toHaveLength(4);
  });

  it('forgets after a success', () => {
    const slowDown = new SlowDown(patience);
    for (let attempt = 0; attempt < 4; attempt++) slowDown.admit('ada', 0);
    slowDown.succeeded('ada');
    expect(slowDown.admit('ada', 0)).toBe(0);
  });

  it('forgets after an hour without attempts', () => {
    const slowDown = new SlowDown(patience);
    for (let attempt = 0; attempt < 4; attempt++) slowDown.admit('ada', 0);
    const later = 1000 + HOUR_MS + 1;
    const admitted = Array.from({ length: 4 }, () => slowDown.admit('ada', later));
    expect(admitted).toEqual([0, 0, 0, 0]);
  });

  it('keeps one key from slowing down another', () => {
    const slowDown = new SlowDown(patience);
    for (let attempt = 0; attempt < 9; attempt++) slowDown.admit('eve', 0);
    expect(slowDown.admit('ada', 0)).toBe(0);
  });
});
