import 'reflect-metadata';

export * from './config.js';
export { createLogger, type Logger } from './logger.js';
export { pageOf, PageQuery, type Page } from './page.js';
export * from './problem.js';
export { PUBLIC, Public } from './public.js';
export { Readiness } from './readiness.js';
export {
  defineService,
  failStart,
  serve,
  startService,
  stopOnSignal,
  type RunningService,
  type ServiceDefinition,
} from './service.js';
export * from './tokens.js';
