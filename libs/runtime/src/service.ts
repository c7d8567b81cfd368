import { ValidationPipe, type DynamicModule, type Type, type ValidationError } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BadConfig, processEnviron, readConfig, type BaseConfig, type Environ } from './config.js';
import { createLogger, nestLogger, type Logger } from './logger.js';
import { Problem } from './problem.js';
import { ProblemFilter } from './problem.filter.js';
import { RuntimeModule } from './runtime.module.js';
import type { ServiceName } from './tokens.js';

export interface ServiceDefinition<C extends BaseConfig> {
  readonly name: ServiceName;
  readonly config: new () => C;
  readonly module: Type<unknown>;
  /** For what Nest does not speak, such as raw protocols; called before the service listens. */
  readonly http?: (app: NestFastifyApplication, config: C) => void | Promise<void>;
}

export interface RunningService {
  readonly url: string;
  close(): Promise<void>;
}

export const defineService = <C extends BaseConfig>(definition: ServiceDefinition<C>): ServiceDefinition<C> =>
  definition;

/** Starts a service in this process. Throws `BadConfig` before anything else has happened. */
export async function startService<C extends BaseConfig>(
  { name, config: type, module, http }: ServiceDefinition<C>,
  environ: Environ,
): Promise<RunningService> {
  const config = readConfig(type, environ);
  const log = createLogger(name, config.LOG_LEVEL);
  const app = await createApp(RuntimeModule.for(name, config, log, module), log);
  await http?.(app, config);
  await app.listen(config.PORT, config.HOST);
  log.info({ port: config.PORT }, 'service ready');
  return { url: await app.getUrl(), close: () => app.close() };
}

/** The largest JSON body anybody may send; larger ones are refused before they are read. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

async function createApp(module: DynamicModule, log: Logger): Promise<NestFastifyApplication> {
  // A push or a followed log lasts as long as it lasts: no request timeout.
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(log),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(log));
  app.useGlobalPipes(
    new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true, exceptionFactory: badInput }),
  );
  return app;
}

function badInput(problems: ValidationError[]): Problem {
  const errors = problems.flatMap((problem) =>
    Object.values(problem.constraints ?? { nested: `${problem.property} is wrong` }).map((detail) => ({
      pointer: `/${problem.property}`,
      detail,
    })),
  );
  return new Problem(400, errors.map((error) => error.detail).join('; '), 'request.invalid', { errors });
}

/** The last line of a service's `main.ts`: runs until SIGTERM or SIGINT, then finishes what is short and lets go of what is long. */
export async function serve<C extends BaseConfig>(definition: ServiceDefinition<C>): Promise<void> {
  try {
    const service = await startService(definition, processEnviron());
    stopOnSignal(() => service.close());
  } catch (error) {
    failStart(definition.name, error);
  }
}

export function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // Longer than any short handler takes, shorter than an orchestrator's usual patience of 30 s.
    setTimeout(() => process.exit(1), 25_000).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

export function failStart(service: string, error: unknown): never {
  const lines =
    error instanceof BadConfig
      ? error.problems
      : [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  for (const line of lines) process.stderr.write(`${service}: ${line}\n`);
  process.exit(1);
}
