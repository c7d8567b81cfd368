import { SERVICES, type Service } from '@sluice/contracts';
import { callEngine } from './engine.client.js';
import type { Engines } from './engines.js';
import type { Lab, LabBrokerUser, LabEngine } from './lab.js';
import { LabError } from './packages.js';
import { answers, answersHttp } from './probe.js';
import type { Report } from './report.js';

/** Parts that the user runs: looked at once, so that a wrong address is told at once, and otherwise left alone. */

export async function givenPostgres(text: string): Promise<Lab['postgres']> {
  const { hostname, port } = new URL(text);
  const place = { host: hostname, port: Number(port || 5432) };
  // SSLRequest: any server answers S or N (https://www.postgresql.org/docs/15/protocol-flow.html).
  const speaks = await answers(place, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), (first) =>
    [0x53, 0x4e].includes(first),
  );
  if (!speaks) throw new LabError(`No Postgres answers at DATABASE_URL (${place.host}:${place.port}).`);
  return { url: text, ...place };
}

/** One user, which is the administrator and every service: whoever runs the broker decides who may do what there. */
export async function givenBroker(text: string): Promise<Lab['broker']> {
  const { hostname, port, username, password, protocol } = new URL(text);
  const place = { host: hostname, port: Number(port || (protocol === 'amqps:' ? 5671 : 5672)) };
  const one: LabBrokerUser = { user: decodeURIComponent(username), password: decodeURIComponent(password), url: text };
  const users = Object.fromEntries(SERVICES.map((service) => [service, one])) as Record<Service, LabBrokerUser>;
  return { adminUrl: text, integrationUrl: text, ...place, users };
}

export async function givenRegistry(url: string): Promise<Lab['registry']> {
  const speaks = await answersHttp(`${url}/v2/`, [200, 401]).catch(() => false);
  if (!speaks) throw new LabError(`No registry answers at REGISTRY_URL (${url}).`);
  return { url, host: new URL(url).host };
}

export async function givenEngines(dockerHost: string, report: Report): Promise<Engines> {
  const address = dockerHost.startsWith('tcp://') ? new URL(dockerHost).hostname : '127.0.0.1';
  const engine: LabEngine = { dockerHost, address };
  const { Swarm } = await callEngine<{ Swarm: { ControlAvailable: boolean } }>(engine, 'GET', '/info').catch(
    (error: Error) => {
      throw new LabError(`No Docker engine answers at DOCKER_HOST (${dockerHost}): ${error.message}`);
    },
  );
  if (!Swarm.ControlAvailable)
    report.step('engine', 'DOCKER_HOST is no swarm manager: releases need `docker swarm init` on it');
  return { engineCount: 1, engines: { dev: engine, test: engine, ops1: engine, ops2: engine } };
}
