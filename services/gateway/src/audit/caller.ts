import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal, SignedInRequest } from '@sluice/directory';

/** Who asks, and from where. */
export interface Caller {
  readonly principal: Principal;
  readonly address: string;
}

export const By = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<SignedInRequest>();
  return { principal: request.principal, address: request.ip };
});
