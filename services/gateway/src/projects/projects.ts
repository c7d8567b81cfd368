import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { demand, Directory } from '@sluice/directory';
import { notFound, pageOf, Problem, type Page } from '@sluice/runtime';
import { randomBytes } from 'node:crypto';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';
import { GatewayConfig } from '../gateway.config.js';
import { Sealer } from './sealer.js';

export interface ProjectView {
  readonly name: string;
  readonly branch: string;
  readonly createdAt: Date;
  /** Where the repository is hosted; absent when it is hosted here. */
  readonly cloneUrl?: string;
  /** Where to push; absent when the repository is hosted elsewhere. */
  readonly remote?: string;
}

export interface NewProjectView extends ProjectView {
  /** For the forge's settings. The secret is not shown again. */
  readonly hook: { readonly url: string; readonly secret: string };
}

interface ProjectRow {
  readonly name: string;
  readonly branch: string;
  readonly createdAt: Date;
  readonly cloneUrl: string | null;
}

const PROJECT = `name, branch, clone_url as "cloneUrl", created_at as "createdAt"`;

@Injectable()
export class Projects {
  constructor(
    private readonly db: DataSource,
    private readonly directory: Directory,
    private readonly config: GatewayConfig,
    private readonly audit: Audit,
    private readonly sealer: Sealer,
  ) {}

  async list(limit: number, after = ''): Promise<Page<ProjectView>> {
    const rows: ProjectRow[] = await this.db.query(
      `select ${PROJECT} from directory.projects where name > $1 order by name limit $2`,
      [after, limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => row.name);
    return { items: items.map((row) => this.view(row)), next };
  }

  async get(name: string): Promise<ProjectView> {
    const [row] = await this.db.query(`select ${PROJECT} from directory.projects where name = $1`, [name]);
    if (!row) throw notFound('project', name);
    return this.view(row);
  }

  /** Whoever may push into the first environment may begin something new there. */
  async create(by: Caller, name: string, branch: string, cloneUrl?: string): Promise<NewProjectView> {
    const [first] = await this.directory.environments();
    const secret = randomBytes(32).toString('hex');
    return this.audit.change(by, 'project.create', name, { branch, cloneUrl }, async (tx) => {
      if (first) demand(by.principal, 'push', first.name);
      else throw new Problem(409, 'There is no environment yet; an administrator makes one.', 'project.nowhere');
      const [row] = await tx.query(
        `insert into directory.projects (name, clone_url, branch, hook_secret) values ($1, $2, $3, $4)
         on conflict do nothing returning ${PROJECT}`,
        [name, cloneUrl ?? null, branch, this.sealer.seal(`hook:${name}`, secret)],
      );
      if (!row) throw new Problem(409, `There is a project "${name}" already.`, 'project.exists');
      return { ...this.view(row), hook: { url: `${this.config.PUBLIC_URL}/hooks/${name}`, secret } };
    });
  }

  private view({ name, branch, cloneUrl, createdAt }: ProjectRow): ProjectView {
    const where = cloneUrl ? { cloneUrl } : { remote: `${this.config.PUBLIC_URL}/git/${name}.git` };
    return { name, branch, createdAt, ...where };
  }
}
