import { createHash } from 'node:crypto';
import { stagesOf, type Service, type Stage } from '@sluice/contracts';

export const VHOST = 'sluice';
export const INTEGRATION_VHOST = 'integration';
export const ADMIN = 'sluice-admin';
const EXCHANGE = 'sluice.events';
const OUTCOMES = 'started|succeeded|failed';

/** A user and how its password is hashed; the salt is given so that the result depends on nothing else. */
export interface BrokerUser {
  readonly name: string;
  readonly password: string;
  /** 4 bytes. */
  readonly salt: Buffer;
}

/** What the broker loads at every start: vhosts, users and who may do what. Queues and bindings are the services'. */
export function brokerDefinitions(admin: BrokerUser, services: readonly (BrokerUser & { name: Service })[]): object {
  const vhosts = [VHOST, INTEGRATION_VHOST];
  return {
    vhosts: vhosts.map((name) => ({ name })),
    users: [userOf(admin, 'administrator'), ...services.map((user) => userOf(user, ''))],
    permissions: [
      ...vhosts.map((vhost) => ({ user: admin.name, vhost, configure: '.*', write: '.*', read: '.*' })),
      ...services.map(({ name }) => ({ user: name, vhost: VHOST, ...permissionsOf(name) })),
    ],
    topic_permissions: services.map(({ name }) => ({
      user: name,
      vhost: VHOST,
      exchange: EXCHANGE,
      write: writableTopics(name),
      read: '.*',
    })),
    exchanges: vhosts.map((vhost) => ({
      name: EXCHANGE,
      vhost,
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
  };
}

/** A service declares what carries its name, and otherwise meets the others only in the exchange of events. */
export function permissionsOf(service: Service): { configure: string; write: string; read: string } {
  const own = `${service}([.].*)?`;
  return { configure: `^${own}$`, write: `^(${own}|sluice[.]events)$`, read: `^(${own}|sluice[.]events)$` };
}

/** The routing keys that a service may publish: the outcomes of its own stages, and what only it can know. */
export function writableTopics(service: Service): string {
  if (service === 'receiver') return '^push[.]received$';
  if (service === 'conductor') return '^(run[.].*|gate[.].*|[a-z]+[.]requested)$';

  const stages: readonly Stage[] = stagesOf(service);
  return stages.length === 0 ? '^$' : `^(${stages.join('|')})[.](${OUTCOMES})$`;
}

/** https://www.rabbitmq.com/docs/passwords#computing-password-hash */
export function passwordHash(password: string, salt: Buffer): string {
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

const userOf = ({ name, password, salt }: BrokerUser, tags: string): object => ({
  name,
  password_hash: passwordHash(password, salt),
  hashing_algorithm: 'rabbit_password_hashing_sha256',
  tags,
});
