import { describe, expect, it } from 'vitest';
import { missingInOrder } from './order.plan.js';

describe('missingInOrder', () => {
  it('lets other events come between', () => {
    expect(missingInOrder(['a', 'c'], ['a', 'b', 'c', 'd'])).toBeUndefined();
  });

  it('names what did not come, or came too early', () => {
    expect(missingInOrder(['a', 'b'], ['b', 'a'])).toContain('b (number 2)');
    expect(missingInOrder(['a', 'a'], ['a'])).toContain('a (number 2)');
  });
});
