import type { Service } from '@sluice/contracts';

/** Injection tokens of what is a value rather than a class. */
export const LOGGER = Symbol('logger');
export const SERVICE = Symbol('service');
export type ServiceName = Service;
