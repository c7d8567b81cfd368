import { expect, it } from 'vitest';
import { judge, type Facts } from './judge.plan.js';

const facts = (some: Partial<Facts>): Facts => ({
  commit: 'b',
  head: 'x',
  atForge: undefined,
  replayed: false,
  ...some,
});

it.each<[string, Partial<Facts>, string]>([
  ['announced before', { head: 'b' }, 'duplicate'],
  ['the forge confirms it after a lost hook', { atForge: 'b' }, 'accept'],
  ['the forge confirms an honest A→B→A→B whose bytes are the same', { atForge: 'b', replayed: true }, 'accept'],
  ['a recording of an old push', { atForge: 'c', replayed: true }, 'ignored'],
  ['a late hook', { atForge: 'c' }, 'ignored'],
  ['of a branch that is gone', { atForge: 'none' }, 'ignored'],
  ['a forge that cannot be asked is believed', {}, 'accept'],
  ['a recording is not believed when the forge cannot be asked', { replayed: true }, 'duplicate'],
])('%s', (_, some, verdict) => {
  const judgement = judge(facts(some));
  expect(judgement === 'accept' ? judgement : judgement.verdict).toBe(verdict);
});
