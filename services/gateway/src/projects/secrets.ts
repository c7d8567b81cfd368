import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { demand, type Principal } from '@sluice/directory';
import { notFound, Problem, type Page } from '@sluice/runtime';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';
import { Sealer } from './sealer.js';

export interface SecretPlace {
  readonly project: string;
  readonly environment: string;
  readonly name: string;
}

export interface SecretView {
  readonly name: string;
  readonly updatedAt: Date;
}

const pathOf = ({ project, environment, name }: SecretPlace): string => `${project}/${environment}/${name}`;

/** What a project's services get to know in an environment. Values go in and never come out here. */
@Injectable()
export class Secrets {
  constructor(
    private readonly db: DataSource,
    private readonly audit: Audit,
    private readonly sealer: Sealer,
  ) {}

  async list(principal: Principal, project: string, environment: string): Promise<Page<SecretView>> {
    demand(principal, 'own', environment);
    const items: SecretView[] = await this.db.query(
      `select name, updated_at as "updatedAt" from directory.secrets
       where project = $1 and environment = $2 order by name`,
      [project, environment],
    );
    return { items };
  }

  put(by: Caller, place: SecretPlace, value: string): Promise<SecretView> {
    const { project, environment, name } = place;
    const sealed = this.sealer.seal(`secret:${project}:${environment}:${name}`, value);
    return this.audit.change(by, 'secret.put', pathOf(place), {}, async (tx) => {
      demand(by.principal, 'own', environment);
      const [row] = await tx.query(
        `insert into directory.secrets (project, environment, name, value)
         select p.name, e.name, $3, $4 from directory.projects p, directory.environments e
         where p.name = $1 and e.name = $2
         on conflict (project, environment, name) do update set value = excluded.value, updated_at = now()
         returning name, updated_at as "updatedAt"`,
        [project, environment, name, sealed],
      );
      if (!row)
        throw new Problem(
          404,
          `There is no project "${project}" or no environment "${environment}".`,
          'secret.not_found',
        );
      return row;
    });
  }

  remove(by: Caller, place: SecretPlace): Promise<void> {
    return this.audit.change(by, 'secret.delete', pathOf(place), {}, async (tx) => {
      demand(by.principal, 'own', place.environment);
      const [, removed] = await tx.query(
        'delete from directory.secrets where project = $1 and environment = $2 and name = $3',
        [place.project, place.environment, place.name],
      );
      if (removed === 0) throw notFound('secret', place.name);
    });
  }
}
