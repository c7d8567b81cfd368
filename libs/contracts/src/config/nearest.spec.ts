import { expect, it } from 'vitest';
import { nearest } from './nearest.js';

const KEYS = ['port', 'replicas', 'health', 'deadline', 'env', 'secrets', 'stack'];

it.each([
  ['replica', 'replicas'],
  ['Replicas', 'replicas'],
  ['prot', 'port'],
  ['helath', 'health'],
  ['envs', 'env'],
  ['secret', 'secrets'],
  ['image', undefined],
  ['x', undefined],
  ['', undefined],
])('takes %j for %j', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});
