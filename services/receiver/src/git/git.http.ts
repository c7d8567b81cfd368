import { Inject, Injectable } from '@nestjs/common';
import { Directory, may, signIn, type Principal, type Project } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpRefusal } from './http-refusal.js';
import { ReceivePack } from './receive-pack.js';
import { RepositoriesClient } from './repositories.client.js';
import { drain } from './request-body.js';
import { gitRoute, type GitRoute } from './route.plan.js';
import { UploadPack } from './upload-pack.js';

/** Our own git remote: smart HTTP under `/git/<project>.git`. */
@Injectable()
export class GitHttp {
  constructor(
    private readonly directory: Directory,
    private readonly repositories: RepositoriesClient,
    private readonly uploadPack: UploadPack,
    private readonly receivePack: ReceivePack,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async register(fastify: FastifyInstance): Promise<void> {
    await fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, done) => done(null));
      scope.all('/git/*', (request, reply) => {
        reply.hijack();
        void this.handle(request.raw, reply.raw);
      });
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.serve(request, response);
    } catch (error) {
      const refusal = error instanceof HttpRefusal ? error : undefined;
      // A client that went away is no incident.
      if (!refusal && !response.destroyed) this.log.error({ err: error }, 'git request failed');
      if (response.headersSent) return void response.destroy();
      const text = refusal?.message ?? 'Something failed on our side. Try again; the log has the cause.';
      response.writeHead(refusal?.status ?? 500, {
        'content-type': 'text/plain; charset=utf-8',
        ...(refusal?.status === 401 ? { 'www-authenticate': 'Basic realm="Sluice"' } : {}),
      });
      response.end(`${text}\n`);
      drain(request);
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = gitRoute(request.method ?? '', request.url ?? '');
    if ('status' in route) throw new HttpRefusal(route.status, route.text);
    const { service, phase } = route;
    if (phase === 'rpc' && request.headers['content-type'] !== `application/x-git-${service}-request`) {
      throw new HttpRefusal(415, `The body has to be of type application/x-git-${service}-request.`);
    }

    const principal = await signIn(this.directory, request.headers.authorization);
    if (!principal) throw new HttpRefusal(401, 'Sign in with your name, and your password or an API token.');
    await this.check(principal, route);
    const project = await this.projectOf(route.project);
    const directory = await this.repositories.ensure(project);

    if (phase === 'advertise') return this.uploadPack.advertise(service, directory, request, response);
    if (service === 'upload-pack') return this.uploadPack.serve(directory, request, response);
    return this.receivePack.serve({ project, principal, directory, request, response });
  }

  /** Whoever may see may fetch; commits come in by members of the first environment. */
  private async check(principal: Principal, { access }: GitRoute): Promise<void> {
    if (access === 'read') {
      if (may(principal, 'see')) return;
      throw new HttpRefusal(403, `${principal.name} is a member of no environment, and may not fetch.`);
    }
    const [first] = await this.directory.environments();
    if (!first) throw new HttpRefusal(409, 'There is no environment yet. An administrator creates the first.');
    if (may(principal, 'push', first.name)) return;
    throw new HttpRefusal(403, `${principal.name} may not push: only members of ${first.name} may.`);
  }

  private async projectOf(name: string): Promise<Project> {
    const project = await this.directory.project(name);
    if (!project) throw new HttpRefusal(404, `There is no project "${name}". Create it first.`);
    if (project.cloneUrl) {
      throw new HttpRefusal(409, `The repository of ${name} lives elsewhere: push to ${project.cloneUrl}`);
    }
    return project;
  }
}
