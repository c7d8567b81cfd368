import { Inject, Injectable } from '@nestjs/common';
import { PROJECT_NAME, PROJECT_NAME_MAX } from '@sluice/contracts';
import { Directory, type Project } from '@sluice/directory';
import { LOGGER, Problem, type Logger } from '@sluice/runtime';
import type { FastifyInstance } from 'fastify';
import { createHash, randomBytes } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { runAddress } from '../follow/follower.js';
import { drain } from '../git/request-body.js';
import { ReceiverConfig } from '../receiver.config.js';
import { line } from '../text.plan.js';
import type { Delivery } from './deliveries.repository.js';
import { one, type Headers, type Provider } from './hook.js';
import { Intake, type Outcome } from './intake.js';
import { parsePush, providerOf } from './parse-push.js';
import { BadPayload } from './payload.js';
import { readAtMost } from './read-at-most.js';
import { isRepository } from './repository-url.plan.js';

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** For projects that do not exist: they are refused after the same work. */
const NOBODYS_SECRET = randomBytes(32).toString('hex');

/** One answer for a project that does not exist, no signature, and a wrong one. */
const refused = (): Problem =>
  new Problem(401, 'The signature is missing or wrong, or there is no such project.', 'hook.refused');

/** Where forges announce pushes: `POST /hooks/<project>`. */
@Injectable()
export class HooksHttp {
  constructor(
    private readonly directory: Directory,
    private readonly intake: Intake,
    private readonly config: ReceiverConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async register(fastify: FastifyInstance): Promise<void> {
    await fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, done) => done(null));
      scope.post<{ Params: { project: string } }>('/hooks/:project', async (request, reply) => {
        try {
          const outcome = await this.receive(request.params.project, request.raw);
          return await reply.status(outcome.verdict === 'accepted' ? 202 : 200).send(this.answer(outcome));
        } catch (error) {
          const problem = this.problem(error, request.raw.destroyed);
          drain(request.raw);
          const { detail, code } = problem;
          const status = problem.getStatus();
          return await reply
            .status(status)
            .type('application/problem+json')
            .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, code }));
        }
      });
    });
  }

  private async receive(name: string, request: IncomingMessage): Promise<Outcome> {
    const provider = providerOf(request.headers);
    if (!provider) throw new Problem(400, 'No header names a forge: Gogs, Gitea, GitHub or GitLab.', 'hook.unknown');
    refuseUnreadable(request.headers);
    const body = await readAtMost(request, MAX_BODY_BYTES);

    const { project, secret } = await this.find(name);
    const authentic = provider.authentic(request.headers, body, secret ?? NOBODYS_SECRET);
    if (!project || !secret || !authentic) throw refused();

    const hook = parsePush(provider, request.headers, body);
    const { cloneUrl } = project;
    if (!cloneUrl) throw new Problem(422, `${name} has its repository here, and takes no hooks.`, 'hook.not_wanted');
    if (hook.kind !== 'ignored' && !isRepository(cloneUrl, hook.repository)) {
      throw new Problem(422, `This hook is of another repository than the one of ${name}.`, 'hook.other_repository');
    }
    return this.intake.take({ ...project, cloneUrl }, hook, deliveryOf(project, provider, request.headers, body));
  }

  private async find(name: string): Promise<{ project?: Project; secret?: string }> {
    if (!PROJECT_NAME.test(name) || name.length > PROJECT_NAME_MAX) return {};
    const [project, secret] = await Promise.all([this.directory.project(name), this.directory.hookSecret(name)]);
    return { project, secret };
  }

  private answer({ verdict, run, reason }: Outcome): object {
    const told = run ? { run, address: runAddress(this.config.PUBLIC_URL, run) } : {};
    return verdict === 'accepted' ? told : { ...told, ignored: reason };
  }

  private problem(error: unknown, clientGone: boolean): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof BadPayload) return new Problem(400, `${error.message}.`, 'hook.bad_payload');
    if (!clientGone) this.log.error({ err: error }, 'hook failed');
    return new Problem(500, 'Something failed on our side. Send it again; the log has the cause.', 'hook.failed');
  }
}

/** Only bytes that are exactly what was signed, and that we would parse. */
function refuseUnreadable(headers: Headers): void {
  if (one(headers, 'content-encoding')) {
    throw new Problem(415, 'The body must not be compressed.', 'hook.encoding');
  }
  if (!/^application\/json\s*(;|$)/i.test(one(headers, 'content-type') ?? '')) {
    throw new Problem(415, 'Set the content type of the hook to application/json.', 'hook.content_type');
  }
}

function deliveryOf({ name }: Project, provider: Provider, headers: Headers, body: Buffer): Delivery {
  const bodyHash = createHash('sha256').update(body).digest();
  const id = provider.deliveryHeaders.map((header) => one(headers, header)).find(Boolean);
  return {
    project: name,
    source: provider.source,
    id: line(id ?? `body:${bodyHash.toString('hex')}`, 200),
    event: line(one(headers, provider.eventHeader) ?? '', 100),
    bodyHash,
  };
}
