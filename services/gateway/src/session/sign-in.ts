import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { hashToken, newToken, passwordMatches } from '@sluice/directory';
import { Problem } from '@sluice/runtime';
import { Audit } from '../audit/audit.js';
import { SlowDown } from './slow-down.js';

export interface Session {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A name and password for a token that lasts a working day. */
@Injectable()
export class SignIn {
  // Of one account from one address, so that nobody can keep somebody else out; and of one address for all accounts.
  private readonly perAccount = new SlowDown({ free: 5, longestSeconds: 300 });
  private readonly perAddress = new SlowDown({ free: 50, longestSeconds: 60 });

  constructor(
    private readonly db: DataSource,
    private readonly audit: Audit,
  ) {}

  async open(name: string, password: string, address: string): Promise<Session> {
    const account = `${name} ${address}`;
    const now = Date.now();
    const wait = this.perAddress.admit(address, now) || this.perAccount.admit(account, now);
    if (wait > 0)
      throw new Problem(429, `Too many attempts. Try again in ${wait} s.`, 'login.too_many', {
        retryAfterSeconds: wait,
      });

    const [user] = await this.db.query(
      'select id, password_hash as "passwordHash" from directory.users where name = $1 and active',
      [name],
    );
    const entry = { who: name, what: 'session.open', target: name, address };
    if (!(await passwordMatches(password, user?.passwordHash))) {
      await this.audit.write(this.db, { ...entry, outcome: 'refused' });
      throw new Problem(401, 'Name or password is wrong.', 'login.wrong');
    }

    this.perAccount.succeeded(account);
    this.perAddress.succeeded(address);
    const token = newToken();
    const expiresAt = await this.db.transaction(async (tx) => {
      await tx.query('delete from directory.tokens where user_id = $1 and expires_at < now()', [user.id]);
      const [row] = await tx.query(
        `insert into directory.tokens (user_id, name, hash, expires_at)
         values ($1, 'session', $2, now() + interval '12 hours') returning expires_at`,
        [user.id, hashToken(token)],
      );
      await this.audit.write(tx, { ...entry, outcome: 'done' });
      return row.expires_at as Date;
    });
    return { token, expiresAt };
  }
}
