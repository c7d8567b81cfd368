import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem, PUBLIC } from '@sluice/runtime';
import { ALLOW, demand, type SignedInRequest } from './access.js';
import { Directory } from './directory.js';
import type { Action, Principal } from './policy.plan.js';

/** Guards every route of every service: public, allowed by its policy, or refused. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly directory: Directory,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const action = this.reflector.getAllAndOverride<Action | undefined>(ALLOW, targets);
    if (!action) throw new Problem(403, 'This route has no policy.', 'access.denied');

    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const principal = await signIn(this.directory, request.headers.authorization);
    if (!principal)
      throw new Problem(401, 'Sign in: send an API token as "Authorization: Bearer …".', 'access.unknown');
    demand(principal, action);
    request.principal = principal;
    return true;
  }
}

/** `Bearer <token>`, or `Basic` with a password or a token. Nothing else is looked at. */
export async function signIn(directory: Directory, authorization: string | undefined): Promise<Principal | undefined> {
  const [scheme, value] = (authorization ?? '').split(' ');
  if (!scheme || !value) return undefined;
  if (scheme.toLowerCase() === 'bearer') return directory.principalByToken(value);
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const [name, ...password] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return name ? directory.principalByPassword(name, password.join(':')) : undefined;
}
