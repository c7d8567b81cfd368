import { Injectable } from '@nestjs/common';
import { Directory, signIn } from '@sluice/directory';
import { Problem } from '@sluice/runtime';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Account } from './grants.plan.js';

const ROBOT = /^robot-(.+)$/;

/** Finds out who asks for a token. */
@Injectable()
export class AccountsService {
  constructor(private readonly directory: Directory) {}

  /** A docker client sends Basic credentials and nothing else. Throws 401 for everybody who is not known. */
  async signedIn(authorization: string | undefined): Promise<Account> {
    const [name, password] = readBasic(authorization);
    const account = name && password ? await this.find(name, password, authorization) : undefined;
    if (!account)
      throw new Problem(401, 'Sign in with "docker login": your name, and a password or API token.', 'access.unknown');
    return account;
  }

  private async find(name: string, password: string, authorization: string | undefined): Promise<Account | undefined> {
    const environment = ROBOT.exec(name)?.[1];
    if (environment !== undefined) return this.robot(environment, password);
    const principal = await signIn(this.directory, authorization);
    return principal && { kind: 'principal', name, principal };
  }

  private async robot(environment: string, password: string): Promise<Account | undefined> {
    const known = await this.directory.environments();
    if (!known.some(({ name }) => name === environment)) return undefined;
    const robot = await this.directory.robot(environment);
    if (!sameText(password, robot.password)) return undefined;
    return { kind: 'robot', name: robot.username, environment };
  }
}

function readBasic(authorization: string | undefined): [name?: string, password?: string] {
  const [, value] = /^basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '') ?? [];
  const [name, ...password] = Buffer.from(value ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return [name, password.join(':')];
}

/** Hashes have one length, and comparing them tells nothing about either text. */
function sameText(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
