import { SaxesParser, type SaxesTagPlain } from 'saxes';

export interface FailedCase {
  /** `suite › test`. */
  readonly name: string;
  readonly message: string;
}

/** What a JUnit report says, counted from its cases: the sums in its attributes are often wrong. */
export interface TestReport {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  /** In their order, at most `MAX_FAILED`. */
  readonly failed: readonly FailedCase[];
}

const MAX_FAILED = 500;
const MAX_NAME = 300;
const MAX_MESSAGE = 2000;

/**
 * Reads a report of the JUnit family (`testsuites`, `testsuite`, `testcase` with `failure`, `error` or `skipped`). It is read
 * as a stream of tags: whoever wrote it cannot make us nest or expand anything; entities of its own are an error.
 * Throws when it is not XML or holds no test case and no suite.
 */
export function readJUnit(xml: string): TestReport {
  const report = { tests: 0, failures: 0, skipped: 0, failed: [] as FailedCase[] };
  const parser = new SaxesParser();
  let isReport = false;
  let open: OpenCase | undefined;
  let inFailure = false;

  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    if (tag.name === 'testsuite' || tag.name === 'testsuites') isReport = true;
    if (tag.name === 'testcase') open = beginCase(tag);
    if (!open) return;
    if (tag.name === 'skipped') open.skipped = true;
    if (tag.name !== 'failure' && tag.name !== 'error') return;
    open.failed = true;
    open.message ||= attribute(tag, 'message');
    inFailure = open.message === '';
  });
  const addText = (text: string): void => {
    if (open && inFailure && open.message.length < MAX_MESSAGE) open.message += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', ({ name }) => {
    if (name === 'failure' || name === 'error') inFailure = false;
    if (name !== 'testcase' || !open) return;
    count(report, open);
    open = undefined;
  });
  parser.write(xml).close();
  if (!isReport && report.tests === 0) throw new Error('it holds no test suite');
  return report;
}

interface OpenCase {
  readonly name: string;
  failed: boolean;
  skipped: boolean;
  message: string;
}

function beginCase(tag: SaxesTagPlain): OpenCase {
  const name = [attribute(tag, 'classname'), attribute(tag, 'name')].filter((part) => part !== '').join(' › ');
  return { name: storable(name || 'a test without a name', MAX_NAME), failed: false, skipped: false, message: '' };
}

function count(
  report: { tests: number; failures: number; skipped: number; failed: FailedCase[] },
  { name, failed, skipped, message }: OpenCase,
): void {
  report.tests += 1;
  if (failed) report.failures += 1;
  else if (skipped) report.skipped += 1;
  if (failed && report.failed.length < MAX_FAILED) {
    report.failed.push({ name, message: storable(message.trim(), MAX_MESSAGE) });
  }
}

const attribute = ({ attributes }: SaxesTagPlain, name: string): string => attributes[name] ?? '';

/** A cut may leave half a character, which Postgres does not keep. */
const storable = (text: string, most: number): string => text.slice(0, most).replace(/\p{Surrogate}/gu, '\ufffd');
