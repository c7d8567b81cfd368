import { Injectable } from '@nestjs/common';
import type { Project } from '@sluice/directory';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReceiverConfig } from '../receiver.config.js';
import { line } from '../text.plan.js';
import { GitClient } from './git.client.js';

/** Where a branch is, and the first line of its commit's message. */
export interface Head {
  readonly ref: string;
  readonly commit: string;
  readonly subject: string;
}

const HEAD_FORMAT = '%(objectname)%00%(refname)%00%(contents:subject)';

/** The bare repositories of our own git remote. A folder is named by the project's id: no name ever becomes a path. */
@Injectable()
export class RepositoriesClient {
  constructor(
    private readonly git: GitClient,
    private readonly config: ReceiverConfig,
  ) {}

  directoryOf = ({ id }: Pick<Project, 'id'>): string => join(this.config.REPOSITORIES_DIR, `${id}.git`);

  /** Makes the repository at its first use, and lets its HEAD follow the project's main branch. */
  async ensure(project: Project): Promise<string> {
    const directory = this.directoryOf(project);
    const head = await readFile(join(directory, 'HEAD'), 'utf8').catch(() => undefined);
    const wanted = `refs/heads/${project.branch}`;
    if (head === undefined) await this.create(directory, project.branch);
    else if (head.trim() !== `ref: ${wanted}`) {
      await this.git.run([`--git-dir=${directory}`, 'symbolic-ref', 'HEAD', wanted]);
    }
    return directory;
  }

  /** The branches with exactly these names, or all of them; what does not exist is left out. */
  async heads(project: Pick<Project, 'id'>, refs: readonly string[] = ['refs/heads']): Promise<Head[]> {
    if (refs.length === 0) return [];
    const output = await this.git.run([
      `--git-dir=${this.directoryOf(project)}`,
      'for-each-ref',
      `--format=${HEAD_FORMAT}`,
      ...refs, // Each begins with "refs/", so none is an option.
    ]);
    return output
      .split('\n')
      .filter(Boolean)
      .map((row) => {
        const [commit = '', ref = '', subject = ''] = row.split('\0');
        return { ref, commit, subject: line(subject) };
      });
  }

  /** Made aside and moved into place: nobody ever sees half a repository, and of two makers one wins. */
  private async create(directory: string, branch: string): Promise<void> {
    const draft = join(this.config.REPOSITORIES_DIR, `.${randomUUID()}.new`);
    await mkdir(this.config.REPOSITORIES_DIR, { recursive: true });
    await this.git.run(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, '--', draft]);
    try {
      await rename(draft, directory);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
