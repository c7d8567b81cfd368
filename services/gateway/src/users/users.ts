import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from '@sluice/database';
import { hashPassword, passwordMatches } from '@sluice/directory';
import { notFound, pageOf, Problem, type Page } from '@sluice/runtime';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';

export const PASSWORD_MIN = 12;

export interface User {
  readonly name: string;
  readonly admin: boolean;
  readonly active: boolean;
  readonly createdAt: Date;
}

const USER = `name, admin, active, created_at as "createdAt"`;

@Injectable()
export class Users {
  constructor(
    private readonly db: DataSource,
    private readonly audit: Audit,
  ) {}

  async list(limit: number, after = ''): Promise<Page<User>> {
    const rows: User[] = await this.db.query(
      `select ${USER} from directory.users where name > $1 order by name limit $2`,
      [after, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.name);
  }

  async create(by: Caller, name: string, password: string, admin: boolean): Promise<User> {
    const hash = await hashPassword(password);
    return this.audit.change(by, 'user.create', name, { admin }, async (tx) => {
      const [user] = await tx.query(
        `insert into directory.users (name, password_hash, admin) values ($1, $2, $3)
         on conflict do nothing returning ${USER}`,
        [name, hash, admin],
      );
      if (!user) throw new Problem(409, `There is a user "${name}" already.`, 'user.exists');
      return user;
    });
  }

  /** Somebody who is inactive cannot sign in, and their tokens open nothing. */
  setActive(by: Caller, name: string, active: boolean): Promise<User> {
    return this.audit.change(by, active ? 'user.activate' : 'user.deactivate', name, {}, async (tx) => {
      // Admins are locked in order, so that two who deactivate each other at the same time do not both succeed.
      const admins = await tx.query('select name from directory.users where admin and active order by id for update');
      if (!active && admins.length === 1 && admins[0].name === name)
        throw new Problem(409, `"${name}" is the last administrator.`, 'user.last_admin');
      return updated(tx, name, `active = $2`, active);
    });
  }

  /** By an administrator. Who knew the old password is signed out, and their tokens end. */
  async resetPassword(by: Caller, name: string, password: string): Promise<User> {
    const hash = await hashPassword(password);
    return this.audit.change(by, 'user.reset_password', name, {}, async (tx) => {
      const user = await updated(tx, name, 'password_hash = $2', hash);
      await tx.query('delete from directory.tokens where user_id = (select id from directory.users where name = $1)', [
        name,
      ]);
      return user;
    });
  }

  async changeOwnPassword(by: Caller, current: string, password: string): Promise<void> {
    const { name } = by.principal;
    await this.audit.change(by, 'user.change_password', name, {}, async (tx) => {
      const [user] = await tx.query(`select password_hash as hash from directory.users where id::text = $1`, [
        by.principal.id,
      ]);
      if (!(await passwordMatches(current, user?.hash)))
        throw new Problem(403, 'The current password is wrong.', 'user.wrong_password');
      await updated(tx, name, 'password_hash = $2', await hashPassword(password));
    });
  }
}

async function updated(tx: EntityManager, name: string, change: string, value: unknown): Promise<User> {
  const [[user]] = await tx.query(`update directory.users set ${change} where name = $1 returning ${USER}`, [
    name,
    value,
  ]);
  if (!user) throw notFound('user', name);
  return user;
}
