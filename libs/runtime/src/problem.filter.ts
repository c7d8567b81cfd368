import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Logger } from './logger.js';
import { Problem } from './problem.js';

/** Every error leaves as `application/problem+json`; what we did not foresee is logged here, and only here, and not explained. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const status = statusOf(error);
    if (status >= 500)
      this.log.error({ err: error, method: request.method, path: request.url.split('?')[0] }, 'request failed');
    if (reply.raw.headersSent || reply.sent) {
      reply.raw.destroy();
      return;
    }

    const title = STATUS_CODES[status] ?? 'Error';
    const detail = status >= 500 && !(error instanceof Problem) ? ours(status) : detailOf(error);
    const problem = error instanceof Problem ? { code: error.code, ...error.more } : {};
    void reply
      .status(status)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title, status, detail, ...problem }));
  }
}

/** What Node and Postgres say when the database or a peer is away for a moment: no connection, or one that was just lost. */
const AWAY = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[1-3]|08...)$/;

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's own errors (body too large, malformed JSON) carry their status.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number') return status;
  return AWAY.test(String((error as { code?: unknown } | null)?.code)) ? 503 : 500;
}

const ours = (status: number): string =>
  status === 503
    ? 'Something that we depend on is away for a moment. Try again in a few seconds.'
    : 'Something failed on our side. Try again; the log has the cause.';

function detailOf(error: unknown): string {
  if (error instanceof HttpException) {
    const body = error.getResponse();
    const message = typeof body === 'object' && 'message' in body ? body.message : error.message;
    return Array.isArray(message) ? message.join('; ') : String(message);
  }
  return error instanceof Error ? error.message : String(error);
}
