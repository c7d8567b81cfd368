import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** An empty folder, there until `removeFolders`. */
export function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  made.push(dir);
  return dir;
}

/** Every folder that the tests of this file have made: for `afterAll`, as test runners end their workers without a word. */
export const removeFolders = (): void =>
  made.splice(0).forEach((dir) => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
