import { describe, expect, it } from 'vitest';
import { presentable } from './failure.plan.js';

describe('presentable', () => {
  it('leaves ordinary words as they are', () => {
    const evidence = { exitCode: 3, where: 'npm test', lastLogLines: ['a', '😀'], rolledBackToRelease: 2 };
    expect(presentable({ message: 'it failed', evidence })).toEqual({ message: 'it failed', evidence });
    expect(presentable({ message: 'it failed', evidence: undefined })).toEqual({ message: 'it failed' });
  });

  it('removes what Postgres cannot keep', () => {
    const { message, evidence } = presentable({
      message: 'a\0b\ud83d',
      evidence: { where: '\0', lastLogLines: ['\ude00x'] },
    });
    expect([message, evidence]).toEqual(['ab\ufffd', { where: '', lastLogLines: ['\ufffdx'] }]);
  });

  it('keeps an event small, and never cuts a character in two', () => {
    const { message, evidence } = presentable({
      message: 'm'.repeat(10_000),
      evidence: { lastLogLines: Array.from({ length: 300 }, (_, index) => `${index} ${'😀'.repeat(5000)}`) },
    });
    expect(message).toHaveLength(8000);
    expect(evidence?.lastLogLines).toHaveLength(200);
    expect(evidence?.lastLogLines?.at(-1)).toMatch(/^299 /);
    expect(JSON.stringify(evidence)).not.toMatch(/\\ud[89a-f]/i);
  });
});
