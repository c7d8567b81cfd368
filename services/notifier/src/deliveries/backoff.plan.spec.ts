import { describe, expect, it } from 'vitest';
import { nextDelaySeconds, wasReceived } from './backoff.plan.js';

describe('nextDelaySeconds', () => {
  const plan = Array.from({ length: 20 }, (_, index) => nextDelaySeconds(index + 1));

  it('begins with 5 s, grows each time up to a day, and then gives up', () => {
    const delays = plan.filter((delay) => delay !== undefined);
    expect(delays[0]).toBe(5);
    expect(delays.at(-1)).toBe(86_400);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(plan.slice(delays.length).every((delay) => delay === undefined)).toBe(true);
  });
});

describe('wasReceived', () => {
  it.each([
    [200, true],
    [204, true],
    [299, true],
    [199, false],
    [301, false],
    [404, false],
    [500, false],
  ])('%i: %s', (code, received) => expect(wasReceived(code)).toBe(received));
});
