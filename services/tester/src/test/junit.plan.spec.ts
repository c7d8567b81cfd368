import { describe, expect, it } from 'vitest';
import { readJUnit } from './junit.plan.js';

const cases = (...xml: string[]): string =>
  `<?xml version="1.0"?><testsuites><testsuite>${xml.join('')}</testsuite></testsuites>`;

describe('readJUnit', () => {
  it('counts cases and names those that failed', () => {
    const xml = cases(
      '<testcase classname="shop" name="opens"/>',
      '<testcase classname="shop" name="sells"><failure message="expected 1 &amp; found 2">at line 7</failure></testcase>',
      '<testcase name="crashes"><error><![CDATA[ TypeError: x ]]></error><system-out>noise</system-out></testcase>',
      '<testcase name="later"><skipped/></testcase>',
    );
    expect(readJUnit(xml)).toEqual({
      tests: 4,
      failures: 2,
      skipped: 1,
      failed: [
        { name: 'shop › sells', message: 'expected 1 & found 2' },
        { name: 'crashes', message: 'TypeError: x' },
      ],
    });
  });

  it('counts a case once that failed twice', () => {
    const xml = cases('<testcase name="a"><failure message="one"/><error message="two"/></testcase>');
    expect(readJUnit(xml)).toMatchObject({ tests: 1, failures: 1, failed: [{ message: 'one' }] });
  });

  it('takes a report without any test', () => {
    expect(readJUnit('<testsuites tests="0"/>')).toEqual({ tests: 0, failures: 0, skipped: 0, failed: [] });
  });

  it('keeps only the beginning of what is endless', () => {
    const endless = `<testcase name="${'n'.repeat(10_000)}"><failure>${'😀'.repeat(10_000)}</failure></testcase>`;
    const { failed, failures } = readJUnit(
      cases(...Array<string>(600).fill('<testcase name="a"><failure/></testcase>'), endless),
    );
    expect([failures, failed.length]).toEqual([601, 500]);
    const [long] = readJUnit(cases(endless)).failed;
    expect([long?.name.length, long?.message.length]).toEqual([300, 2000]);
  });

  it.each([
    ['nothing', ''],
    ['no XML', 'ok 1 - it works'],
    ['HTML', '<html><body/></html>'],
    ['a report that is cut off', '<testsuites><testsuite><testcase name="a"/>'],
    [
      'entities of its own',
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites><testcase name="&b;"/></testsuites>',
    ],
    ['a file of the machine', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuites>&a;</testsuites>'],
  ])('refuses %s', (_, xml) => {
    expect(() => readJUnit(xml)).toThrow();
  });

  it('bears a report that nests without end', () => {
    expect(() => readJUnit('<testsuite>'.repeat(200_000))).toThrow();
  });
});
