import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { demand, type Principal, type Role } from '@sluice/directory';
import { notFound, Problem, type Page } from '@sluice/runtime';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';

export interface Member {
  readonly user: string;
  readonly role: Role;
}

/** Who may do what in an environment; its owners decide. */
@Injectable()
export class Members {
  constructor(
    private readonly db: DataSource,
    private readonly audit: Audit,
  ) {}

  async list(principal: Principal, environment: string): Promise<Page<Member>> {
    demand(principal, 'see', environment);
    const items: Member[] = await this.db.query(
      `select u.name as "user", m.role from directory.members m join directory.users u on u.id = m.user_id
       where m.environment = $1 order by u.name`,
      [environment],
    );
    return { items };
  }

  put(by: Caller, environment: string, member: Member): Promise<Member> {
    return this.audit.change(by, 'member.put', `${environment}/${member.user}`, { role: member.role }, async (tx) => {
      demand(by.principal, 'own', environment);
      const [row] = await tx.query(
        `insert into directory.members (environment, user_id, role)
         select e.name, u.id, $3 from directory.environments e, directory.users u where e.name = $1 and u.name = $2
         on conflict (environment, user_id) do update set role = excluded.role returning role`,
        [environment, member.user, member.role],
      );
      if (!row)
        throw new Problem(
          404,
          `There is no environment "${environment}" or no user "${member.user}".`,
          'member.not_found',
        );
      return member;
    });
  }

  remove(by: Caller, environment: string, user: string): Promise<void> {
    return this.audit.change(by, 'member.delete', `${environment}/${user}`, {}, async (tx) => {
      demand(by.principal, 'own', environment);
      const [, removed] = await tx.query(
        `delete from directory.members
         where environment = $1 and user_id = (select id from directory.users where name = $2)`,
        [environment, user],
      );
      if (removed === 0) throw notFound('member', user);
    });
  }
}
