export { Api, ApiError } from './api.js';
export { CHECKOUT, labDir } from './checkout.js';
export { onInterrupt, untilInterrupted } from './interrupt.js';
export { keepKeys, type Keys } from './keys.js';
export { planEnvironments, PRESETS, seedEnvironments, seedUser, type Preset, type SeededUser } from './seed.js';
export { urlOf } from './service-env.plan.js';
export { lastLines, startSuite, type RunningSuite, type SuiteOptions } from './suite.js';
export { painter, seconds, silent } from './terminal.js';
