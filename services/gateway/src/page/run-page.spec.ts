import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { PAGE, PAGE_POLICY } from './run-page.js';
import { SCRIPT } from './run-page.script.js';

describe('the page of a run', () => {
  it('has a script that parses', () => {
    expect(() => new Script(SCRIPT)).not.toThrow();
  });

  it('makes text of everything that comes from outside', () => {
    expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(/);
  });

  it('has every element that its script looks for', () => {
    const wanted = new Set([...SCRIPT.matchAll(/\$\('([a-z-]+)'\)/g)].map(([, id]) => id));
    for (const id of wanted) expect(PAGE).toContain(`id="${id}"`);
  });

  it('allows nothing that is not its own', () => {
    expect(PAGE_POLICY).toMatch(/^default-src 'none'/);
    expect(PAGE_POLICY).not.toMatch(/unsafe|\*/);
  });
});
