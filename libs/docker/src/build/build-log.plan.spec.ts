import { describe, expect, it } from 'vitest';
import { BuildError } from './build.error.js';
import { BuildLog } from './build-log.plan.js';
import recorded from './recorded-builds.json' with { type: 'json' };
import { decodeTrace } from './trace.decoder.js';

interface RecordedAnswer {
  readonly id?: string;
  readonly aux?: unknown;
  readonly error?: string;
}

/** Plays what Engine 20.10 answered to a real build. */
function play(name: keyof typeof recorded) {
  const lines: string[] = [];
  const log = new BuildLog((line) => lines.push(line));
  const answers: readonly RecordedAnswer[] = recorded[name];
  for (const { id, aux } of answers) {
    if (id === 'moby.buildkit.trace') log.add(decodeTrace(Buffer.from(String(aux), 'base64')));
  }
  return { lines, log, error: answers.at(-1)?.error ?? '' };
}

/** The lines of one step, without their number. */
const step = (lines: readonly string[], name: string): string[] => {
  const number = lines.find((line) => line.includes(name))?.split(' ')[0];
  return lines.filter((line) => line.startsWith(`${number} `)).map((line) => line.slice((number?.length ?? 0) + 1));
};

describe('BuildLog', () => {
  it('shows each step with its number, its output and how long it took', () => {
    const { lines, log } = play('green');
    expect(lines[0]).toBe('#1 [internal] load remote build context');
    expect(step(lines, '[stage-1 5/5]')).toEqual([
      "[stage-1 5/5] RUN echo 'grüße' && echo careful >&2 && printf 'no end'",
      'grüße',
      'careful',
      'no end',
      expect.stringMatching(/^DONE \d\.\ds$/),
    ]);
    expect(step(lines, 'exporting to image')).toContain('exporting layers done');
    expect(log.failed).toBeUndefined();
  });

  it('tells each thing once, though BuildKit repeats it', () => {
    const { lines } = play('green');
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('shows what came from the cache', () => {
    expect(step(play('cached').lines, '[stage-1 5/5]').at(-1)).toBe('CACHED');
  });

  it('knows the step that failed and what it said', () => {
    const { log, error } = play('broken');
    expect(log.failed?.step).toMatch(/^\[2\/3\] RUN echo one/);
    expect(log.failed?.lastLines.at(-1)).toBe('#5 two');

    const failure = new BuildError(error, log.failed, log.lastLines);
    expect(failure.exitCode).toBe(3);
    expect(failure.message).toMatch(/^the step \[2\/3\] RUN echo one.* ended with exit code 3$/);
  });

  it('keeps the words of a Dockerfile error and drops what BuildKit wraps around them', () => {
    const { log, error } = play('parse');
    const failure = new BuildError(error, log.failed, log.lastLines);
    expect(failure).toMatchObject({
      message: 'dockerfile parse error line 2: unknown instruction: BREW',
      step: undefined,
      exitCode: undefined,
    });
  });
});

describe('decodeTrace', () => {
  it('skips fields that it does not know, of every wire type', () => {
    const unknown = [0x78, 0xff, 0x01, 0x79, 0, 0, 0, 0, 0, 0, 0, 0, 0x7a, 0x01, 0x61, 0x7d, 0, 0, 0, 0];
    const vertex = [0x0a, 0x05, 0x1a, 0x03, 0x52, 0x55, 0x4e];
    expect(decodeTrace(Buffer.from([...unknown, ...vertex])).vertexes).toMatchObject([{ name: 'RUN', cached: false }]);
  });

  it('refuses bytes that are cut off', () => {
    expect(() => decodeTrace(Buffer.from([0x0a, 0x05, 0x1a]))).toThrow(RangeError);
    expect(() => decodeTrace(Buffer.from([0xff]))).toThrow(RangeError);
  });
});
