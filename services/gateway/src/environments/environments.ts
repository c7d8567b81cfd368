import { Injectable } from '@nestjs/common';
import type { Environment } from '@sluice/contracts';
import { DataSource } from '@sluice/database';
import { demand, Directory, may, type Principal } from '@sluice/directory';
import { notFound, Problem, type Page } from '@sluice/runtime';
import { randomBytes } from 'node:crypto';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../audit/caller.js';
import { Sealer } from '../projects/sealer.js';

/** Where the engine listens is for administrators; the path and its gates are for everybody. */
export type EnvironmentView = Omit<Environment, 'dockerHost'> & Partial<Pick<Environment, 'dockerHost'>>;

export interface EnvironmentChange {
  readonly dockerHost?: string;
  readonly approvals?: number;
  readonly address?: string;
}

@Injectable()
export class Environments {
  constructor(
    private readonly db: DataSource,
    private readonly directory: Directory,
    private readonly audit: Audit,
    private readonly sealer: Sealer,
  ) {}

  async list(principal: Principal): Promise<Page<EnvironmentView>> {
    return { items: (await this.directory.environments()).map((environment) => viewFor(principal, environment)) };
  }

  create(by: Caller, environment: Environment): Promise<EnvironmentView> {
    const { name, purpose, position, dockerHost, address, publish, approvals } = environment;
    const robot = this.sealer.seal(`robot:${name}`, randomBytes(32).toString('base64url'));
    return this.audit.change(by, 'environment.create', name, environment, async (tx) => {
      const [made] = await tx.query(
        `insert into directory.environments
           (name, purpose, position, docker_host, address, publish, approvals, robot_password)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning name`,
        [name, purpose, position, dockerHost, address ?? null, publish, approvals, robot],
      );
      if (!made)
        throw new Problem(409, `The name "${name}" or the position ${position} is taken.`, 'environment.exists');
      return environment;
    });
  }

  async change(by: Caller, name: string, change: EnvironmentChange): Promise<EnvironmentView> {
    await this.audit.change(by, 'environment.change', name, change, async (tx) => {
      // An owner decides about the gate; which engine it is, only those who run the machines.
      demand(by.principal, change.dockerHost === undefined ? 'own' : 'administer', name);
      const [, affected] = await tx.query(
        `update directory.environments
         set approvals = coalesce($2, approvals), address = coalesce($3, address), docker_host = coalesce($4, docker_host)
         where name = $1`,
        [name, change.approvals ?? null, change.address ?? null, change.dockerHost ?? null],
      );
      if (affected === 0) throw notFound('environment', name);
    });
    return viewFor(by.principal, await this.directory.environment(name));
  }
}

function viewFor(principal: Principal, { dockerHost, ...rest }: Environment): EnvironmentView {
  return may(principal, 'administer') ? { ...rest, dockerHost } : rest;
}
