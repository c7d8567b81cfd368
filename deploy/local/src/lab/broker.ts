import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SERVICES, type Service } from '@sluice/contracts';
import { ADMIN, brokerDefinitions, INTEGRATION_VHOST, VHOST } from './broker.definitions.js';
import type { Lab, LabBrokerUser } from './lab.js';
import { RABBITMQ_SERVER } from './packages.js';
import { startPart, type LabContext } from './part.js';
import { answers } from './probe.js';
import type { Secrets } from './secrets.js';

/** A stage holds its message until it ends; the longest stage is far below this. Milliseconds. */
const CONSUMER_TIMEOUT_MS = 2 * 60 * 60 * 1000;

export interface BrokerPorts {
  readonly amqp: number;
  readonly distribution: number;
  readonly epmd: number;
}

export async function startBroker(context: LabContext, ports: BrokerPorts, secrets: Secrets): Promise<Lab['broker']> {
  const home = join(context.folder.dir, 'broker');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFiles(home, ports, secrets);

  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  await startPart(context, {
    name: 'broker',
    command: 'unshare',
    // With a pid namespace its port mapper, which makes itself a daemon, ends with the broker.
    args: [...namespaces, RABBITMQ_SERVER],
    options: { env: environmentOf(home, ports), inner: true },
    isReady: () => answers({ host: '127.0.0.1', port: ports.amqp }, AMQP_HEADER, (first) => first === METHOD_FRAME),
  });
  return placeOf(ports.amqp, secrets);
}

/** https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf: the server answers the header with Connection.Start. */
const AMQP_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const METHOD_FRAME = 1;

function writeFiles(home: string, ports: BrokerPorts, secrets: Secrets): void {
  const user = <Name extends string>(name: Name, password: string) => ({
    name,
    password,
    salt: createHash('sha256').update(`salt ${password}`).digest().subarray(0, 4), // The same file at every start.
  });
  const definitions = brokerDefinitions(
    user(ADMIN, secrets.brokerAdmin),
    SERVICES.map((service) => user(service, secrets.brokerUsers[service])),
  );
  const configuration = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    `load_definitions = ${join(home, 'definitions.json')}`,
    `consumer_timeout = ${CONSUMER_TIMEOUT_MS}`,
    'log.console = true',
    'log.console.level = info',
    'log.file = false',
  ];
  const files = {
    'definitions.json': JSON.stringify(definitions, null, 2),
    'rabbitmq.conf': `${configuration.join('\n')}\n`,
    enabled_plugins: '[].\n',
    '.erlang.cookie': secrets.erlangCookie,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text, { mode: 0o600 });
}

/** Everything out of the system's folders and off the network; idle schedulers do not spin. */
function environmentOf(home: string, ports: BrokerPorts): Record<string, string> {
  const schedulers = Math.min(4, availableParallelism());
  return {
    HOME: home,
    RABBITMQ_NODENAME: 'sluice@localhost',
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'none.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: [
      `+S ${schedulers}:${schedulers}`,
      '+sbwt none +sbwtdcpu none +sbwtdio none',
      '-kernel inet_dist_use_interface {127,0,0,1}',
    ].join(' '),
  };
}

function placeOf(port: number, secrets: Secrets): Lab['broker'] {
  const url = (user: string, password: string, vhost: string): string =>
    `amqp://${user}:${password}@127.0.0.1:${port}/${vhost}`;
  const users = SERVICES.map((service): [Service, LabBrokerUser] => {
    const password = secrets.brokerUsers[service];
    return [service, { user: service, password, url: url(service, password, VHOST) }];
  });
  return {
    adminUrl: url(ADMIN, secrets.brokerAdmin, VHOST),
    integrationUrl: url(ADMIN, secrets.brokerAdmin, INTEGRATION_VHOST),
    host: '127.0.0.1',
    port,
    users: Object.fromEntries(users) as Record<Service, LabBrokerUser>,
  };
}
