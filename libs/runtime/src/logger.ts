import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger };

/** Structured logs on standard output. Values under these names never reach a log. */
export const createLogger = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['password', 'token', 'secret', '*.password', '*.token', '*.secret', 'authorization', '*.authorization'],
    },
  });

/** Nest's own remarks, in our form; what it says below `warn` is wiring and of no interest in production. */
export const nestLogger = (log: Logger): LoggerService => ({
  log: (text: unknown) => log.debug(String(text)),
  debug: (text: unknown) => log.debug(String(text)),
  verbose: (text: unknown) => log.trace(String(text)),
  warn: (text: unknown) => log.warn(String(text)),
  error: (text: unknown, stack?: unknown) => log.error({ stack }, String(text)),
  fatal: (text: unknown) => log.fatal(String(text)),
});
