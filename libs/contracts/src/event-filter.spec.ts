import { describe, expect, it } from 'vitest';
import { EVENT_PATTERN, eventMatches } from './event-filter.js';

describe('eventMatches', () => {
  it.each([
    [['run.failed'], 'run.failed', true],
    [['run.failed'], 'run.running', false],
    [['build.*'], 'build.started', true],
    [['build.*'], 'buildx.started', false],
    [['*.failed'], 'deploy.failed', true],
    [['*.failed'], 'deploy.succeeded', false],
    [['*.*'], 'push.received', true],
    [['#'], 'push.received', true],
    [['run'], 'run.failed', false],
    [['run.*', '*.failed'], 'test.failed', true],
    [[], 'test.failed', false],
  ])('%j takes %s: %s', (patterns, type, taken) => {
    expect(eventMatches(patterns, type)).toBe(taken);
  });

  it.each(['run.failed', 'build.*', '*.failed', '*.*', '#'])('allows the pattern %s', (pattern) => {
    expect(pattern).toMatch(EVENT_PATTERN);
  });

  it.each(['', 'run', '*', 'run.failed.now', 'run.#', '.failed', 'RUN.*', 'run.*; drop', 'run.*\n'])(
    'refuses the pattern %j',
    (pattern) => {
      expect(pattern).not.toMatch(EVENT_PATTERN);
    },
  );
});
