import 'reflect-metadata';

export * from './cloud-event.js';
// The parser and its schema are `@sluice/contracts/config`: only the builder needs them, and they are heavy.
export type * from './config/config.js';
export * from './environment.js';
export * from './event-filter.js';
export * from './events.js';
export * from './names.js';
export * from './queues.js';
export * from './resources.js';
export * from './stages.js';
export * from './statuses.js';
