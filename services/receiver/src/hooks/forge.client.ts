import { Injectable } from '@nestjs/common';
import { GitClient } from '../git/git.client.js';

/** Forges give a hook 10 s or more. */
const PATIENCE_MS = 5000;
/** More questions than this at a time are not asked: intake must not hang on a forge that does not answer. */
const MOST_AT_ONCE = 4;

/** Asks the forge itself. */
@Injectable()
export class ForgeClient {
  private asking = 0;

  constructor(private readonly git: GitClient) {}

  /** The commit a branch is at now, `none` when there is no such branch, `undefined` when the forge cannot be asked. */
  async head(cloneUrl: string, ref: string): Promise<string | 'none' | undefined> {
    if (this.asking >= MOST_AT_ONCE) return undefined;
    this.asking += 1;
    try {
      const output = await this.git.run(['ls-remote', '--refs', '--end-of-options', cloneUrl, ref], PATIENCE_MS);
      const row = output.split('\n').find((line) => line.split('\t')[1] === ref);
      return row?.split('\t')[0] ?? 'none';
    } catch {
      return undefined;
    } finally {
      this.asking -= 1;
    }
  }
}
