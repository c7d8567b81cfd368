import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { endToEnd, headersTo } from './routes.plan.js';
import { SECURE_HEADERS } from './secure-headers.js';

/** An answer as `application/problem+json`, for what happens below Nest. */
export function answerProblem(to: ServerResponse, status: number, title: string, detail: string, code: string): void {
  to.writeHead(status, { ...SECURE_HEADERS, 'content-type': 'application/problem+json' });
  to.end(JSON.stringify({ type: 'about:blank', title, status, detail, code }));
}

/**
 * Passes requests on to one service and its answers back, both unbuffered and for as long as they last: a push or a followed
 * log takes minutes. Written on node:http rather than a proxy library, because headers must leave before the first line of a
 * log does, and a client that goes away must end the request behind it even while that has not answered yet.
 */
export class Forwarder {
  private readonly agent: Agent;
  private readonly request: typeof httpRequest;

  constructor(
    private readonly service: string,
    private readonly base: URL,
  ) {
    const secure = base.protocol === 'https:';
    this.agent = secure ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    this.request = secure ? httpsRequest : httpRequest;
  }

  forward(from: IncomingMessage, to: ServerResponse): void {
    const upstream = this.request(this.base, this.options(from));
    to.once('close', () => {
      if (!to.writableFinished) upstream.destroy();
    });
    upstream.on('error', () => this.giveUp(to));
    upstream.once('response', (answer) => {
      to.writeHead(answer.statusCode!, { ...SECURE_HEADERS, ...endToEnd(answer.headers) });
      to.flushHeaders();
      // A body that ends too early must not look complete: pipeline cuts the connection.
      pipeline(answer, to, () => undefined);
    });
    pipeline(from, upstream, () => undefined);
  }

  close(): void {
    this.agent.destroy();
  }

  private options(from: IncomingMessage): RequestOptions {
    const client = {
      address: from.socket.remoteAddress ?? '',
      host: from.headers.host ?? '',
      protocol: 'encrypted' in from.socket ? 'https' : 'http',
    };
    return {
      agent: this.agent,
      method: from.method,
      path: from.url,
      headers: headersTo(this.base, from.headers, client),
    };
  }

  private giveUp(to: ServerResponse): void {
    if (to.headersSent || to.destroyed) return; // Whether the answer is complete is told by how its body ends.
    const detail = `The service "${this.service}" does not answer. It may be starting; try again in a moment.`;
    answerProblem(to, 502, 'Bad Gateway', detail, `${this.service}.unreachable`);
  }
}
