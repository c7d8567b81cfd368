export * from './lab/index.js';
export * from './suite/index.js';
export { cleanUp } from './lab/clean.js';
