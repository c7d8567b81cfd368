import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout, from the built file's place. */
export const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));
export const labDir = (given?: string): string => resolve(given ?? resolve(CHECKOUT, '.sluice'));
