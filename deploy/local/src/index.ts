export * from './lab/index.js';
export * from './suite/index.js';
