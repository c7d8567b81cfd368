import { Injectable } from '@nestjs/common';
import type { Environment } from '@sluice/contracts';
import { DataSource } from '@sluice/database';
import { BaseConfig } from '@sluice/runtime';
import { hashToken, passwordMatches } from './credentials.js';
import type { Principal, Role } from './policy.plan.js';
import { readKey, unseal } from './sealed.js';

export interface Project {
  readonly name: string;
  readonly id: string;
  readonly cloneUrl?: string;
  readonly branch: string;
}

const ENVIRONMENT = `name, purpose, position, docker_host as "dockerHost", address, publish, approvals`;
const PRINCIPAL = `
  u.id, u.name, u.admin,
  coalesce((select jsonb_object_agg(m.environment, m.role) from directory.members m where m.user_id = u.id), '{}') as roles`;

interface UserRow {
  id: string;
  name: string;
  admin: boolean;
  roles: Record<string, Role>;
}
const person = (row: UserRow): Principal => ({
  kind: 'user',
  id: row.id,
  name: row.name,
  admin: row.admin,
  roles: row.roles,
});

/** Inside a transaction, read with its own connection: one that held a connection and asked for a second could wait for ever. */
type Reader = Pick<DataSource, 'query'>;

/** Who and what there is: users, projects, environments. Reading only; the gateway writes. */
@Injectable()
export class Directory {
  constructor(
    private readonly db: DataSource,
    private readonly config: BaseConfig,
  ) {}

  async principalByToken(token: string): Promise<Principal | undefined> {
    const [row] = await this.db.query(
      `select t.service, ${PRINCIPAL}
       from directory.tokens t left join directory.users u on u.id = t.user_id
       where t.hash = $1 and (t.expires_at is null or t.expires_at > now()) and (t.service is not null or u.active)`,
      [hashToken(token)],
    );
    if (row?.service) return { kind: 'service', id: row.service, name: row.service, admin: false, roles: {} };
    return row && person(row);
  }

  /** A password, or an API token in its place, as git and docker clients send them. */
  async principalByPassword(name: string, password: string): Promise<Principal | undefined> {
    if (password.startsWith('sluice_')) {
      const principal = await this.principalByToken(password);
      return principal?.name === name ? principal : undefined;
    }
    const [row] = await this.db.query(
      `select u.password_hash, ${PRINCIPAL} from directory.users u where u.name = $1 and u.active`,
      [name],
    );
    return (await passwordMatches(password, row?.password_hash)) ? person(row) : undefined;
  }

  /** In the order of the path. */
  environments(db: Reader = this.db): Promise<Environment[]> {
    return db.query(`select ${ENVIRONMENT} from directory.environments order by position`);
  }

  /** Throws when there is none: an event named it, so it was removed under way. */
  async environment(name: string): Promise<Environment> {
    const [row] = await this.db.query(`select ${ENVIRONMENT} from directory.environments where name = $1`, [name]);
    if (!row) throw new Error(`environment "${name}" does not exist any more`);
    return row;
  }

  /** The registry account with which this environment's engines pull: its own namespace, nothing else. */
  async robot(environment: string): Promise<{ username: string; password: string }> {
    const [row] = await this.db.query('select robot_password from directory.environments where name = $1', [
      environment,
    ]);
    if (!row) throw new Error(`environment "${environment}" does not exist any more`);
    return {
      username: `robot-${environment}`,
      password: unseal(readKey(this.config.SECRETS_KEY), `robot:${environment}`, row.robot_password),
    };
  }

  async project(name: string, db: Reader = this.db): Promise<Project | undefined> {
    const [row] = await db.query(
      `select name, id, clone_url as "cloneUrl", branch from directory.projects where name = $1`,
      [name],
    );
    return row && { ...row, cloneUrl: row.cloneUrl ?? undefined };
  }

  /** All of them, by name. */
  async projects(): Promise<Project[]> {
    const rows: (Project & { cloneUrl: string | null })[] = await this.db.query(
      `select name, id, clone_url as "cloneUrl", branch from directory.projects order by name`,
    );
    return rows.map((row) => ({ ...row, cloneUrl: row.cloneUrl ?? undefined }));
  }

  async hookSecret(project: string): Promise<string | undefined> {
    const [row] = await this.db.query('select hook_secret from directory.projects where name = $1', [project]);
    return row && unseal(readKey(this.config.SECRETS_KEY), `hook:${project}`, row.hook_secret);
  }

  /** Name → value. */
  async secrets(project: string, environment: string): Promise<Record<string, string>> {
    const rows: { name: string; value: Buffer }[] = await this.db.query(
      'select name, value from directory.secrets where project = $1 and environment = $2',
      [project, environment],
    );
    const key = readKey(this.config.SECRETS_KEY);
    return Object.fromEntries(
      rows.map(({ name, value }) => [name, unseal(key, `secret:${project}:${environment}:${name}`, value)]),
    );
  }
}
