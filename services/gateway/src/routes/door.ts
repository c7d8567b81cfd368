import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { upstreamUrls, type GatewayConfig } from '../gateway.config.js';
import { answerProblem, Forwarder } from './forward.client.js';
import { isPlainPath, ROUTES } from './routes.plan.js';
import { SECURE_HEADERS } from './secure-headers.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Puts the routes to the other services beside our own; each of those services checks who asks. */
export async function openDoor(app: NestFastifyApplication, config: GatewayConfig): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURE_HEADERS);
    if (isPlainPath(request.url)) return done();
    reply.hijack();
    answerProblem(reply.raw, 404, 'Not Found', 'There is nothing at this address.', 'address.not_found');
  });

  const forwarders = Object.fromEntries(
    Object.entries(upstreamUrls(config)).map(([service, url]) => [service, new Forwarder(service, new URL(url))]),
  );
  await fastify.register(async (routes) => {
    // Bodies pass through unread, of any type and length.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const { under, to } of ROUTES) {
      for (const url of [under, `${under}/*`]) {
        routes.route({
          method: METHODS,
          url,
          handler: (request, reply) => {
            reply.hijack();
            forwarders[to]!.forward(request.raw, reply.raw);
          },
        });
      }
    }
    routes.addHook('onClose', async () => Object.values(forwarders).forEach((forwarder) => forwarder.close()));
  });
}
