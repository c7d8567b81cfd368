import type { Environment } from '@sluice/contracts';
import { aConfig } from '@sluice/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planStackFile, type StackRequest } from './stack-file.plan.js';

const image = `registry:5000/ops/shop@sha256:${'ab'.repeat(32)}`;

/** As `sluice.yml` says it, with what the environment adds. */
const request = (text: string, more: Partial<StackRequest> = {}): StackRequest => {
  const config = aConfig(text).deploy;
  return {
    image,
    config,
    publish: 'ingress',
    published: config.port && 30_000,
    identity: { SLUICE_ENVIRONMENT: 'ops' },
    labels: { 'sluice.release': '7' },
    secrets: [],
    ...more,
  };
};
const FULL = `
deploy:
  port: 8080
  replicas: 2
  health: { get: /healthz }
  deadline: 1m
  env: { LOG_LEVEL: info }
  secrets: [DATABASE_URL]
`;

/** As the docker CLI reads it. */
const asRead = (text: string): unknown => parse(text, { version: '1.1' });

describe('planStackFile', () => {
  it('renders what sluice.yml says, for a swarm with its mesh', () => {
    const secrets = [{ name: 'DATABASE_URL', source: 'sluice-shop_DATABASE_URL_0a1b2c3d' }];
    expect(planStackFile(request(FULL, { secrets }))).toBe(`version: "3.8"
services:
  app:
    image: "${image}"
    environment:
      - "LOG_LEVEL=info"
      - "SLUICE_ENVIRONMENT=ops"
    healthcheck:
      test:
        - "CMD-SHELL"
        - "wget -q -O /dev/null 'http://127.0.0.1:8080/healthz' || curl -fsS -o /dev/null 'http://127.0.0.1:8080/healthz'"
      interval: "1s"
      timeout: "3s"
      retries: 3
      start_period: "10s"
    ports:
      - target: 8080
        published: 30000
        protocol: "tcp"
        mode: "ingress"
    secrets:
      - source: "DATABASE_URL"
        target: "DATABASE_URL"
    deploy:
      mode: "replicated"
      replicas: 2
      endpoint_mode: "vip"
      labels:
        - "sluice.release=7"
      update_config:
        parallelism: 1
        delay: "0s"
        order: "start-first"
        failure_action: "pause"
        monitor: "500ms"
      restart_policy:
        condition: "any"
        delay: "2s"
secrets:
  DATABASE_URL:
    external: true
    name: "sluice-shop_DATABASE_URL_0a1b2c3d"
`);
  });

  it('lets the old task leave first where each node has one port', () => {
    const stack = asRead(planStackFile(request(FULL, { publish: 'host' })));
    expect(stack).toMatchObject({
      services: {
        app: {
          ports: [{ target: 8080, published: 30_000, mode: 'host' }],
          deploy: {
            endpoint_mode: 'dnsrr',
            update_config: { order: 'stop-first' },
            placement: { max_replicas_per_node: 1 },
          },
        },
      },
    });
  });

  it('renders the least for a program that listens nowhere', () => {
    const stack = asRead(planStackFile(request('', { publish: 'host' })));
    expect(stack).toEqual({
      version: '3.8',
      services: {
        app: {
          image,
          environment: ['SLUICE_ENVIRONMENT=ops'],
          deploy: expect.objectContaining({
            replicas: 1,
            update_config: expect.objectContaining({ order: 'start-first', monitor: '3s' }),
          }),
        },
      },
    });
    expect(stack).not.toHaveProperty('services.app.deploy.placement');
  });

  it.each([
    ['5s', '5s'],
    ['1m', '10s'],
    ['5m', '50s'],
    ['25m', '60s'],
  ])('gives a slow starter its share of a deadline of %s', (deadline, expected) => {
    const text = `deploy: { port: 80, health: { get: / }, deadline: ${deadline} }`;
    expect(asRead(planStackFile(request(text)))).toMatchObject({
      services: { app: { healthcheck: { start_period: expected } } },
    });
  });

  it.each<[string, string]>([
    ['on', 'on'],
    ['12:30', '12:30'],
    ['0x10', '0x10'],
    ['1e3', '1e3'],
    ['~', '~'],
    ['a: b # c', 'a: b # c'],
    ['"quoted" \\ and é', '"quoted" \\ and é'],
    ['two\nlines', 'two\nlines'],
    ['pay $HOME and ${USER}', 'pay $$HOME and $${USER}'],
    ['$$', '$$$$'],
  ])('keeps the value %j of a variable as it is, and from being filled in', (value, expected) => {
    const { config, ...rest } = request('');
    const stack = asRead(planStackFile({ ...rest, config: { ...config, env: { NO: value } } }));
    expect(stack).toMatchObject({ services: { app: { environment: [`NO=${expected}`, 'SLUICE_ENVIRONMENT=ops'] } } });
  });

  it('lets nobody say that the program runs elsewhere', () => {
    const text = 'deploy: { env: { SLUICE_ENVIRONMENT: test } }';
    const stack = asRead(planStackFile(request(text)));
    expect(stack).toMatchObject({ services: { app: { environment: ['SLUICE_ENVIRONMENT=ops'] } } });
  });

  it.each<Environment['publish']>(['host', 'ingress'])('never names an image by a tag (%s)', (publish) => {
    expect(planStackFile(request(FULL, { publish }))).toMatch(/image: ".*@sha256:[0-9a-f]{64}"/);
  });
});
