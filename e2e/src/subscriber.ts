import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api } from '@sluice/local';

/** Somebody who wants to know how runs end. */
export class Subscriber {
  /** Run → how it ended, of deliveries whose signature was right. */
  readonly ended = new Map<string, string>();
  forged = 0;
  private secret = '';
  private server?: Server;

  async subscribe(admin: Api): Promise<this> {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.receive(request.headers, Buffer.concat(chunks));
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
    const events = ['run.succeeded', 'run.failed', 'run.superseded'];
    this.secret = (await admin.post<{ secret: string }>('/subscriptions', { url, events })).secret;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private receive(headers: IncomingHttpHeaders, body: Buffer): void {
    if (!this.isSigned(headers, body)) return void this.forged++;
    const event = JSON.parse(body.toString('utf8')) as { type: string; subject: string };
    this.ended.set(event.subject, event.type.replace('run.', ''));
  }

  /** https://www.standardwebhooks.com: HMAC-SHA256 over `id.timestamp.body`, keyed with the bytes behind `whsec_`. */
  private isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
    const key = Buffer.from(this.secret.replace('whsec_', ''), 'base64');
    const head = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`;
    const wanted = createHmac('sha256', key).update(head).update(body).digest();
    return String(headers['webhook-signature'])
      .split(' ')
      .map((signature) => Buffer.from(signature.replace('v1,', ''), 'base64'))
      .some((signature) => signature.length === wanted.length && timingSafeEqual(signature, wanted));
  }
}
