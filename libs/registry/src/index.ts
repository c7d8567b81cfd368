export { type Manifest, type Promotion, RegistryClient } from './registry.client.js';
export { RegistryError } from './registry.error.js';
export type { RegistryCredentials, TokenProvider } from './registry-http.client.js';
