import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { hashPassword } from '@sluice/directory';
import { randomBytes } from 'node:crypto';
import { Audit } from '../audit/audit.js';
import { GatewayConfig } from '../gateway.config.js';

/** Makes the user `admin` when there are no users yet, so that somebody can make the others. */
@Injectable()
export class FirstAdmin implements OnModuleInit {
  constructor(
    private readonly db: DataSource,
    private readonly config: GatewayConfig,
    private readonly audit: Audit,
  ) {}

  async onModuleInit(): Promise<void> {
    const password = this.config.ADMIN_PASSWORD ?? randomBytes(18).toString('base64url');
    const made = await this.create(password);
    // To standard error alone: what a log keeps is not a secret any more.
    if (made && !this.config.ADMIN_PASSWORD)
      process.stderr.write(`gateway: made the user "admin" with the password ${password}\n`);
  }

  private create(password: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      // Replicas that start together take turns.
      await tx.query(`select pg_advisory_xact_lock(hashtext('gateway.first-admin'))`);
      if ((await tx.query('select 1 from directory.users limit 1')).length > 0) return false;
      await tx.query(`insert into directory.users (name, password_hash, admin) values ('admin', $1, true)`, [
        await hashPassword(password),
      ]);
      await this.audit.write(tx, {
        who: 'sluice',
        what: 'user.create',
        target: 'admin',
        address: '',
        outcome: 'done',
        detail: { admin: true },
      });
      return true;
    });
  }
}
