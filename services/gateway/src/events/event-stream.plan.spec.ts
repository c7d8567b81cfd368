import type { CloudEvent } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { asHeartbeat, asMessage, isWanted } from './event-stream.plan.js';

const event = {
  id: '7',
  type: 'build.failed',
  data: { run: { id: 'r1', project: 'shop' }, message: 'line one\nline two' },
} as unknown as CloudEvent;

describe('isWanted', () => {
  it.each([
    [{}, true],
    [{ project: 'shop' }, true],
    [{ project: 'shop2' }, false],
    [{ run: 'r1' }, true],
    [{ run: 'r2' }, false],
    [{ types: ['build.*'] }, true],
    [{ types: ['run.*', '*.failed'] }, true],
    [{ types: ['run.*'] }, false],
    [{ project: 'shop', run: 'r1', types: ['build.failed'] }, true],
    [{ project: 'shop', run: 'r2', types: ['build.failed'] }, false],
  ])('%j wants it: %s', (filter, wanted) => expect(isWanted(filter, event)).toBe(wanted));
});

describe('the event stream', () => {
  it('has one data line for each event, whatever the event says', () => {
    const lines = asMessage({ id: '12', event }).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('id: 12');
    expect(JSON.parse(lines[1]!.slice('data: '.length))).toEqual(event);
  });

  it('moves the position with a heartbeat that is no event', () => {
    expect(asHeartbeat('13')).toBe(': quiet\nid: 13\n\n');
    expect(asHeartbeat(undefined)).toBe(': quiet\n\n');
  });
});
