import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { GitHttp } from './git/git.http.js';
import { HooksHttp } from './hooks/hooks.http.js';
import { ReceiverConfig } from './receiver.config.js';

export const receiver = defineService({
  name: 'receiver',
  config: ReceiverConfig,
  module: AppModule,
  // Both take their bodies as they come from the wire: packs of any size, and bytes that were signed.
  http: async (app) => {
    const fastify = app.getHttpAdapter().getInstance();
    await app.get(GitHttp).register(fastify);
    await app.get(HooksHttp).register(fastify);
  },
});
