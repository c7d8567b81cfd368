import { HttpException } from '@nestjs/common';

/** A refusal in the form of RFC 9457, told to the client as it is. */
export class Problem extends HttpException {
  constructor(
    status: number,
    /** What went wrong, where, and how to mend it. */
    readonly detail: string,
    /** `<resource>.<reason>`, for machines. */
    readonly code: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(detail, status);
  }
}

export const notFound = (what: string, id: string): Problem =>
  new Problem(404, `There is no ${what} "${id}".`, `${what}.not_found`);
