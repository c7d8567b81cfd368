import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * One file per service, with the code that several share beside it. Node spends half of a service's start on finding and
 * reading some two thousand small files of libraries; see docs/decisions/0004.
 */
const services = readdirSync(new URL('../../services', import.meta.url));
const main = (service) => fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));

/** Optional parts of libraries: asked for at run time, and not there or not wanted. */
const OPTIONAL = [
  /^@nestjs\/(microservices|websockets|platform-express)(\/|$)/,
  /^@fastify\/(static|view|multipart)$/,
  /^(react-native-sqlite-storage|@sap\/hana-client|@google-cloud\/spanner|better-sqlite3|hdb-pool|ioredis|mongodb|mssql|mysql2?|oracledb|pg-native|pg-query-stream|redis|sql\.js|sqlite3|typeorm-aurora-data-api-driver|expo-sqlite)(\/|$)/,
  // Native addons cannot be put into a file.
  /^(ssh2|cpu-features)(\/|$)/,
];

export default {
  input: Object.fromEntries(services.map((service) => [service, main(service)])),
  platform: 'node',
  external: OPTIONAL,
  // Decorators act when a module is loaded: nothing is unused because nobody names it.
  treeshake: false,
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'shared-[hash].mjs',
    keepNames: true,
    sourcemap: false,
  },
  logLevel: 'warn',
};
