import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { parseConfig } from './parse-config.js';

// A case is a pair: what somebody wrote, and the parsed file or the message. `-u` writes the second half anew.
const CASES = new URL('./cases/', import.meta.url);
const files = readdirSync(CASES).filter((name) => name.endsWith('.yml'));
const read = (name: string): Buffer => readFileSync(new URL(name, CASES));

function outcome(source: string | Uint8Array): unknown {
  try {
    return parseConfig(source);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { message: error.message.split('\n'), problems: error.problems };
  }
}

describe('parseConfig', () => {
  it.each(files)('reads %s as expected', async (name) => {
    const expected = new URL(name.replace(/yml$/, 'expected.json'), CASES);
    await expect(`${JSON.stringify(outcome(read(name)), null, 2)}\n`).toMatchFileSnapshot(fileURLToPath(expected));
  });

  it.each(files)('accepts or refuses %s as its name says', (name) => {
    const accepted = !('problems' in (outcome(read(name)) as object));
    expect(accepted ? 'good' : 'bad').toBe(name.split('-')[0]);
  });

  it('takes the defaults when there is no file', () => {
    expect(parseConfig(undefined)).toEqual(parseConfig(''));
    expect(parseConfig(undefined)).toEqual({
      build: { context: '.', dockerfile: 'Dockerfile' },
      test: [],
      deploy: { replicas: 1, deadlineSeconds: 300, env: {}, secrets: [] },
    });
  });

  it('puts file, line, column, path, what was expected and what was found in the message', () => {
    expect(() => parseConfig(read('bad-replicas-word.yml'))).toThrow(
      'sluice.yml:7:13: deploy.replicas: expected a whole number from 1 to 100, found "two"',
    );
  });

  it('reads text and bytes alike, with or without a byte order mark', () => {
    const text = read('good-design.yml').toString();
    expect(parseConfig(`\ufeff${text}`)).toEqual(parseConfig(Buffer.from(text)));
  });

  // As bytes, because formatters and git change such files on their way.
  it.each<[string, Buffer, string]>([
    ['UTF-16', Buffer.from('\ufeffdeploy:', 'utf16le'), '1:1: expected UTF-8 text, found the byte 0xff'],
    ['Latin-1', Buffer.from('a: 1\nb: caf\xe9\n', 'latin1'), '2:7: expected UTF-8 text, found the byte 0xe9'],
    ['a NUL', Buffer.from('a: 1\n# a\0b\n'), '2:4: expected printable text, found a NUL'],
    ['CRLF', Buffer.from('deploy:\r\n  port: 1\r\n  replica: 2\r\n'), '3:3: deploy.replica: unknown key, did you mean'],
  ])('finds the place in a file with %s', (_kind, bytes, message) => {
    expect(() => parseConfig(bytes)).toThrow(`sluice.yml:${message}`);
  });

  it('accepts line ends of Windows', () => {
    const text = read('good-design.yml').toString();
    expect(parseConfig(text.replaceAll('\n', '\r\n'))).toEqual(parseConfig(text));
  });

  it('accepts 64 KiB and refuses one byte more', () => {
    expect(parseConfig('#'.repeat(65_536))).toEqual(parseConfig(undefined));
    expect(() => parseConfig('#'.repeat(65_537))).toThrow('expected at most 64 KiB, found 64.0 KiB');
  });

  it.each(['[', '{a: ', '- ', '? ', '[\n', 'a: &a [', '*a : '])('refuses endless nesting of %j', (piece) => {
    expect(() => parseConfig(piece.repeat(65_536 / piece.length))).toThrow('expected at most 32 levels');
  });

  it('shows at most fifty problems', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n');
    const { problems, message } = outcome(many) as { problems: unknown[]; message: string[] };
    expect([problems.length, message.at(-1)]).toEqual([50, '… and more']);
  });

  it('never throws anything but a ConfigError, whatever is done to a file', () => {
    const random = generator(20);
    const sources = files.map(read);
    for (let i = 0; i < 2_000; i++) {
      const mutated = mutate(sources[random(sources.length)]!, sources[random(sources.length)]!, random);
      expect(() => outcome(mutated), mutated.toString('base64')).not.toThrow();
    }
  });
});

const SPICE = [
  '\t',
  '\0',
  '\n',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!t ',
  '"',
  "'",
  '|\n',
  '? ',
  '%',
  '\xff',
  '-1',
  '~',
  '<<: ',
  '__proto__: ',
];

/** Cuts, doubles, splices or spices a file at a random place, up to three times. */
function mutate(source: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  let bytes = source;
  for (let times = random(3); times >= 0; times--) {
    const at = random(bytes.length + 1);
    const to = at + random(bytes.length - at + 1);
    const from = random(other.length + 1);
    const middle = [
      Buffer.alloc(0),
      Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]),
      other.subarray(from, from + random(20)),
      Buffer.from(SPICE[random(SPICE.length)]!, 'latin1'),
    ][random(4)]!;
    bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)]);
  }
  return bytes;
}

/** The same numbers every time (a linear congruential generator), so that a failure can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
