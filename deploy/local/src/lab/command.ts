import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program printed. Rejects with its standard error when it fails. */
export async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
