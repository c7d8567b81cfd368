import { join } from 'node:path';
import { SERVICES, type Service } from '@sluice/contracts';
import type { Lab } from '../lab/index.js';
import type { Keys } from './keys.js';

export const DATABASE = 'sluice';

/** The environment variables of each service on this lab. Nothing here touches the machine. */
export function planServiceEnv(lab: Lab, keys: Keys, logLevel: string): Record<Service, Record<string, string>> {
  return Object.fromEntries(
    SERVICES.map((service) => [service, { ...common(service, lab, keys, logLevel), ...own(lab, keys)[service] }]),
  ) as Record<Service, Record<string, string>>;
}

export const urlOf = (lab: Lab, service: Service): string => `http://${hostOf(lab, service)}:${lab.ports[service]}`;

/** Engines ask the promoter for registry tokens, so it listens where they can reach it; the rest stays on loopback. */
const hostOf = (lab: Lab, service: Service): string => (service === 'promoter' ? lab.address : '127.0.0.1');

function common(service: Service, lab: Lab, keys: Keys, logLevel: string): Record<string, string> {
  const database = new URL(lab.postgres.url);
  database.username = service;
  database.password = keys.databasePasswords[service];
  database.pathname = `/${DATABASE}`;
  return {
    NODE_ENV: 'production',
    PORT: String(lab.ports[service]),
    HOST: hostOf(lab, service),
    DATABASE_URL: database.href,
    AMQP_URL: lab.broker.users[service].url,
    LOG_LEVEL: logLevel,
    SECRETS_KEY: keys.secretsKey,
    SERVICE_TOKEN: keys.serviceTokens[service],
    PUBLIC_URL: urlOf(lab, 'gateway'),
    REGISTRY_URL: lab.registry.url,
    REGISTRY_HOST: lab.registry.host,
  };
}

function own(lab: Lab, keys: Keys): Partial<Record<Service, Record<string, string>>> {
  const receiver = { RECEIVER_URL: urlOf(lab, 'receiver') };
  const tokens = lab.registry.token;
  return {
    receiver: { ...receiver, REPOSITORIES_DIR: join(lab.dir, 'repositories') },
    builder: { ...receiver, WORK_DIR: join(lab.dir, 'builder') },
    promoter: tokens
      ? {
          REGISTRY_TOKEN_KEY_FILE: tokens.keyFile,
          REGISTRY_TOKEN_CERT_FILE: tokens.certificateFile,
          REGISTRY_TOKEN_ISSUER: tokens.issuer,
          REGISTRY_TOKEN_SERVICE: tokens.service,
        }
      : {},
    notifier: { NOTIFIER_ALLOW_PRIVATE: 'true' }, // Everything on a lab is a private address.
    gateway: {
      ADMIN_PASSWORD: keys.adminPassword,
      ...Object.fromEntries(
        SERVICES.filter((service) => service !== 'gateway').map((service) => [
          `${service.toUpperCase()}_URL`,
          urlOf(lab, service),
        ]),
      ),
    },
  };
}
