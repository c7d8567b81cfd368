import { describe, expect, it } from 'vitest';
import { chooseSubnet, overlaps, parseNetwork } from './subnet.plan.js';

const networks = (...texts: string[]) => texts.map(parseNetwork);

describe('parseNetwork', () => {
  it('reads an address with its prefix length, and a bare address as one host', () => {
    expect(parseNetwork('10.1.2.0/24')).toEqual({ base: 0x0a010200, bits: 24 });
    expect(parseNetwork('255.255.255.255')).toEqual({ base: 0xffffffff, bits: 32 });
  });
});

describe('overlaps', () => {
  it.each([
    ['10.1.2.0/24', '10.1.2.77/32', true],
    ['10.0.0.0/8', '10.201.3.0/24', true],
    ['10.1.2.0/24', '10.1.3.0/24', false],
    ['192.168.0.0/16', '10.201.3.0/24', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(overlaps(parseNetwork(one), parseNetwork(other))).toBe(expected);
    expect(overlaps(parseNetwork(other), parseNetwork(one))).toBe(expected);
  });
});

describe('chooseSubnet', () => {
  it('begins at a place that depends on the id of the lab', () => {
    expect(chooseSubnet('00000000', [])).toBe('10.201.0');
    expect(chooseSubnet('00010100', [])).toBe('10.202.1');
  });

  it('goes on to the next network when one is taken, and around at the end', () => {
    expect(chooseSubnet('00000000', networks('10.201.0.0/24', '10.201.1.1/32'))).toBe('10.201.2');
    const last = (50 * 256 - 1).toString(16).padStart(6, '0');
    expect(chooseSubnet(last, networks('10.250.255.0/24'))).toBe('10.201.0');
  });

  it('keeps the former network while it is free', () => {
    expect(chooseSubnet('00000000', [], '10.240.7')).toBe('10.240.7');
    expect(chooseSubnet('00000000', networks('10.240.7.0/24'), '10.240.7')).toBe('10.201.0');
  });

  it('does not mind a default route, which covers everything', () => {
    expect(chooseSubnet('00000000', networks('0.0.0.0/0'))).toBe('10.201.0');
  });

  it('says so when a machine routes all of them', () => {
    expect(() => chooseSubnet('00000000', networks('10.0.0.0/8'))).toThrow('No free /24');
  });
});
