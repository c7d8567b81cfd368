export * from './config.js';
export { composeBuilds, type ComposeBuild } from './compose-builds.js';
export { ConfigError, type ConfigProblem } from './config-error.js';
export { parseConfig } from './parse-config.js';
export { SLUICE_SCHEMA } from './sluice.schema.js';
