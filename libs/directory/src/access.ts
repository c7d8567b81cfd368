import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Problem } from '@sluice/runtime';
import type { FastifyRequest } from 'fastify';
import { may, type Action, type Principal } from './policy.plan.js';

export const ALLOW = 'sluice:allow';

/** What a caller must be allowed to do somewhere to use this route. A route without it is refused to everybody. */
export const Allow = (action: Action): MethodDecorator & ClassDecorator => SetMetadata(ALLOW, action);

export type SignedInRequest = FastifyRequest & { principal: Principal };

/** The caller, as the guard found them. */
export const Who = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal => context.switchToHttp().getRequest<SignedInRequest>().principal,
);

/** For what depends on the object: throws 403 unless the caller may do this in this environment. */
export function demand(principal: Principal, action: Action, environment?: string): void {
  if (may(principal, action, environment)) return;
  const where = environment === undefined ? '' : ` in ${environment}`;
  throw new Problem(
    403,
    `${principal.name} may not ${action}${where}. An owner of the environment or an administrator can grant it.`,
    'access.denied',
  );
}
