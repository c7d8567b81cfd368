import { describe, expect, it } from 'vitest';
import { line, printable } from './text.plan.js';

describe('printable', () => {
  it.each([
    ['plain ünïcode 漢字 🚀', 'plain ünïcode 漢字 🚀'],
    ['\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
    ['a\rb', 'a\\u{d}b'],
    ['\u009b31m', '\\u{9b}31m'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['a\tb', 'a  b'],
    ['\ud800', '\ufffd'],
  ])('shows %j as %j', (text, shown) => expect(printable(text)).toBe(shown));
});

describe('line', () => {
  it('is the first line', () => expect(line('subject\r\n\r\nbody')).toBe('subject'));
  it('cuts between characters', () => expect(line('🚀'.repeat(600))).toBe('🚀'.repeat(500)));
  it('holds nothing that a database refuses', () => expect(line('a\0\ud800b')).toBe('a\ufffdb'));
});
