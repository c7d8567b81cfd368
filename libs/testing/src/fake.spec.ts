import { describe, expect, it } from 'vitest';
import { fake } from './fake.js';

interface Clock {
  now(): number;
  set(time: number): void;
}

describe('fake', () => {
  it('answers with the members it was given', () => {
    expect(fake<Clock>({ now: () => 7 }).now()).toBe(7);
  });

  it('fails by name when another member is touched', () => {
    expect(() => fake<Clock>({ now: () => 7 }).set(1)).toThrow('the fake has no "set"');
  });

  it('is no promise, so that it can be returned by async functions', async () => {
    const clock = fake<Clock>();
    expect(await Promise.resolve(clock)).toBe(clock);
  });
});
