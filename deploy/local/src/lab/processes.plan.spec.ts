import { describe, expect, it } from 'vitest';
import { isSameProcess, parseStat, stopWaves, type ProcessRecord } from './processes.plan.js';

const LINE = '4321 (a) b (c)) S 17 4321 4321 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1000 1 18446744073709551615';

const aRecord = (name: string, kind: ProcessRecord['kind']): ProcessRecord => ({
  name,
  kind,
  pid: 1,
  startTime: 1,
  stopSignal: 'SIGTERM',
  graceMs: 1,
  inner: false,
});

describe('parseStat', () => {
  it('is not misled by a command whose name holds blanks and parentheses', () => {
    expect(parseStat(LINE)).toEqual({ state: 'S', parent: 17, startTime: 987654 });
  });
});

describe('isSameProcess', () => {
  const stat = parseStat(LINE);

  it('is true for the same start time', () => {
    expect(isSameProcess({ startTime: 987654 }, stat)).toBe(true);
  });

  it('is false for another process with the same pid, for a zombie, and when none is there', () => {
    expect(isSameProcess({ startTime: 1 }, stat)).toBe(false);
    expect(isSameProcess({ startTime: 987654 }, { ...stat, state: 'Z' })).toBe(false);
    expect(isSameProcess({ startTime: 987654 }, undefined)).toBe(false);
  });
});

describe('stopWaves', () => {
  it('ends services before the parts that they use, and the network last', () => {
    const records = [
      aRecord('network', 'network'),
      aRecord('postgres', 'part'),
      aRecord('builder', 'service'),
      aRecord('dev', 'part'),
    ];
    expect(stopWaves(records).map((wave) => wave.map(({ name }) => name))).toEqual([
      ['builder'],
      ['postgres', 'dev'],
      ['network'],
    ]);
  });

  it('has no empty wave', () => {
    expect(stopWaves([])).toEqual([]);
  });
});
