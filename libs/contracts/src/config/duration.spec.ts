import { expect, it } from 'vitest';
import { parseDuration } from './duration.js';

it.each([
  ['30s', 30],
  ['10m', 600],
  ['24h', 86_400],
  ['7d', 604_800],
  ['0s', undefined],
  ['1.5h', undefined],
  ['1h30m', undefined],
  ['10', undefined],
  ['10 m', undefined],
  ['-1m', undefined],
  ['9999999s', undefined],
])('reads %j as %j seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});
