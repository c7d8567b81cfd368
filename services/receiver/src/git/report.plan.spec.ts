import { expect, it } from 'vitest';
import { FLUSH, packet } from './pkt-line.js';
import { refusalReport, ReportReader } from './report.plan.js';
import { progress } from './side-band.js';

const report = Buffer.concat([
  packet('unpack ok\n'),
  packet('ok refs/heads/main\n'),
  packet('option refname refs/heads/main\n'),
  packet('ng refs/heads/other non-fast-forward\n'),
  FLUSH,
]);

it('tells which refs git moved, wherever the report is cut', () => {
  for (let at = 0; at <= report.length; at++) {
    const reader = new ReportReader();
    reader.feed(report.subarray(0, at));
    reader.feed(report.subarray(at));
    expect([...reader.refs]).toEqual(['refs/heads/main']);
  }
});

it('names no ref when the report is no report', () => {
  const reader = new ReportReader();
  reader.feed(Buffer.from('fatal: oops'));
  expect(reader.refs.size).toBe(0);
});

it('refuses a push in the words of git', () => {
  const push = {
    commands: [{ before: '', after: '', ref: 'refs/x' }],
    capabilities: new Set(['side-band-64k']),
    options: [],
  };
  expect(refusalReport(push, () => 'no').toString()).toBe('0028\u0001000eunpack ok\n0011ng refs/x no\n00000000');
  expect(refusalReport({ ...push, capabilities: new Set() }, () => 'no').toString()).toBe(
    '000eunpack ok\n0011ng refs/x no\n0000',
  );
});

it('cuts long progress into packets that a client takes', () => {
  const bytes = progress(['x'.repeat(70_000)]);
  expect(bytes.subarray(0, 5).toString()).toBe('fff0\u0002');
  expect(bytes).toHaveLength(70_001 + 2 * 5);
});
