import { describe, expect, it } from 'vitest';
import { CommandReader, MAX_COMMANDS, refProblem, refusalFor, TooManyCommands, type Push } from './commands.plan.js';
import { FLUSH, packet, ProtocolError } from './pkt-line.js';

const ZERO = '0'.repeat(40);
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

const feed = (chunks: readonly Buffer[]): { push?: Push; fed: Buffer } => {
  const reader = new CommandReader();
  let push: Push | undefined;
  for (const chunk of chunks) push ??= reader.feed(chunk);
  return { push, fed: reader.fed };
};

describe('the commands of a push', () => {
  const section = Buffer.concat([
    packet(`shallow ${A}`),
    packet(`${ZERO} ${A} refs/heads/main\0 report-status-v2 side-band-64k push-options agent=git/2.39.5`),
    packet(`${A} ${B} refs/heads/feature/ü\n`),
    FLUSH,
    packet('no-follow'),
    packet('two words'),
    FLUSH,
  ]);
  const expected: Push = {
    commands: [
      { before: ZERO, after: A, ref: 'refs/heads/main' },
      { before: A, after: B, ref: 'refs/heads/feature/ü' },
    ],
    capabilities: new Set(['report-status-v2', 'side-band-64k', 'push-options', 'agent=git/2.39.5']),
    options: ['no-follow', 'two words'],
  };

  it('are read wherever the request is cut, and nothing of the pack is lost', () => {
    const request = Buffer.concat([section, Buffer.from('PACK…')]);
    for (let at = 0; at <= section.length; at++) {
      const { push, fed } = feed([request.subarray(0, at), request.subarray(at)]);
      expect(push).toEqual(expected);
      expect(fed.toString('latin1')).toContain(at === section.length ? 'no-follow' : 'PACK');
    }
    expect(feed([...section].map((byte) => Buffer.from([byte]))).push).toEqual(expected);
  });

  it('have no options unless the client announced them', () => {
    const { push } = feed([Buffer.concat([packet(`${ZERO} ${A} refs/heads/x\0report-status`), FLUSH])]);
    expect(push).toMatchObject({ options: [], commands: [{ ref: 'refs/heads/x' }] });
  });

  it('may be none, as git asks whether it may push', () => {
    expect(feed([FLUSH]).push?.commands).toEqual([]);
  });

  it('are limited in number', () => {
    const row = (index: number): Buffer => packet(`${ZERO} ${A} refs/heads/${index}`);
    const rows = Array.from({ length: MAX_COMMANDS + 1 }, (_, index) => row(index));
    expect(feed([...rows.slice(1), FLUSH]).push?.commands).toHaveLength(MAX_COMMANDS);
    expect(() => feed([...rows, FLUSH])).toThrow(TooManyCommands);
  });

  it('are limited in size', () => {
    const long = packet(`${ZERO} ${A} refs/heads/${'x'.repeat(60_000)}`);
    expect(() => feed(Array.from({ length: 20 }, () => long))).toThrow(TooManyCommands);
  });

  it.each(['', 'hello', `${A} ${B}`, `${A} xyz refs/heads/main`, `push-cert\0`, `${A}${B} refs/heads/main`])(
    'are not "%s"',
    (line) => expect(() => feed([packet(line)])).toThrow(ProtocolError),
  );
});

describe('refProblem', () => {
  it.each([
    'refs/heads/main',
    'refs/tags/v1',
    'refs/heads/--upload-pack=x',
    'refs/heads/a`b`',
    'refs/heads/a$(id)',
    'refs/heads/<img>',
  ])('takes %s', (ref) => expect(refProblem(ref)).toBeUndefined());

  it.each([
    'HEAD',
    'refs/notes/x',
    'refs/replace/x',
    'refs/heads/',
    'refs/heads/a b',
    'refs/heads/a\u001b[31m',
    'refs/heads/\ufffd',
    `refs/heads/${'x'.repeat(250)}`,
  ])('refuses %j', (ref) => expect(refProblem(ref)).toBeTypeOf('string'));
});

describe('refusalFor', () => {
  const command = (ref: string): { before: string; after: string; ref: string } => ({ before: ZERO, after: A, ref });

  it('is none for ordinary pushes', () => expect(refusalFor([command('refs/heads/a')])).toBeUndefined());

  it('names the ref that is wrong and says why the others are not taken', () => {
    const reason = refusalFor([command('refs/heads/a'), command('refs/x')])!;
    expect([reason('refs/x'), reason('refs/heads/a')]).toEqual([
      'only branches and tags are kept here',
      'another ref of this push was refused',
    ]);
  });

  it('refuses a ref that is named twice', () => {
    expect(refusalFor([command('refs/heads/a'), command('refs/heads/a')])?.('refs/heads/a')).toMatch(/twice/);
  });
});
