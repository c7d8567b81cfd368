import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { hashToken, newToken } from '@sluice/directory';
import { notFound, pageOf, Problem, type Page } from '@sluice/runtime';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const TOKEN = `id, name, created_at as "createdAt", expires_at as "expiresAt"`;

/** The caller's own tokens; nobody sees those of others, and nobody sees a token twice. */
@Injectable()
export class Tokens {
  constructor(
    private readonly db: DataSource,
    private readonly audit: Audit,
  ) {}

  async list({ principal }: Caller, limit: number, after?: string): Promise<Page<Token>> {
    demandPerson({ principal });
    const rows: Token[] = await this.db.query(
      `select ${TOKEN} from directory.tokens
       where user_id = $1 and expires_at > now() and ($2::uuid is null or id > $2) order by id limit $3`,
      [principal.id, after ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  create(by: Caller, name: string, expiresInDays: number): Promise<Token & { token: string }> {
    return this.audit.change(by, 'token.create', name, { expiresInDays }, async (tx) => {
      demandPerson(by);
      const token = newToken();
      const [row] = await tx.query(
        `insert into directory.tokens (user_id, name, hash, expires_at)
         values ($1, $2, $3, now() + make_interval(days => $4)) returning ${TOKEN}`,
        [by.principal.id, name, hashToken(token), expiresInDays],
      );
      return { ...row, token };
    });
  }

  remove(by: Caller, id: string): Promise<void> {
    return this.audit.change(by, 'token.delete', id, {}, async (tx) => {
      demandPerson(by);
      const [, removed] = await tx.query('delete from directory.tokens where id = $1 and user_id = $2', [
        id,
        by.principal.id,
      ]);
      if (removed === 0) throw notFound('token', id);
    });
  }
}

function demandPerson({ principal }: Pick<Caller, 'principal'>): void {
  if (principal.kind !== 'user') throw new Problem(403, 'Only people have personal tokens.', 'access.denied');
}
