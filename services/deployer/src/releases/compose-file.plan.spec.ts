import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imagesToPin, planComposeFile, type ComposePlan, type ComposeRequest } from './compose-file.plan.js';

const web = `registry:5000/ops/shop/web@sha256:${'ab'.repeat(32)}`;
const db = `postgres:15@sha256:${'cd'.repeat(32)}`;

const plan = (text: string, more: Partial<ComposeRequest> = {}): ComposePlan =>
  planComposeFile({
    text,
    built: { web },
    pinned: { 'postgres:15': db },
    publish: 'ingress',
    identity: { SLUICE_ENVIRONMENT: 'ops' },
    labels: { 'sluice.release': '7' },
    secrets: [{ name: 'DATABASE_URL', source: 'sluice-shop_DATABASE_URL_0a1b2c3d' }],
    ...more,
  });
const rendered = (text: string, more?: Partial<ComposeRequest>): unknown => parse(plan(text, more).stackFile);
const problems = (text: string): readonly string[] => plan(text).problems;

const SHOP = `
version: "3.9"
x-common: &common { environment: { LOG_LEVEL: info, EMPTY: null } }
services:
  web:
    <<: *common
    build: .
    container_name: shop
    depends_on: [db]
    restart: always
    ports: ["8080:80"]
    secrets: [DATABASE_URL]
    deploy: { replicas: 2, labels: { team: shop }, update_config: { monitor: 10s } }
  db:
    image: postgres:15
    environment: [POSTGRES_DB=shop]
    volumes: [data:/var/lib/postgresql]
networks: { default: { driver: overlay } }
volumes: { data: {} }
secrets: { DATABASE_URL: { external: true } }
`;

describe('planComposeFile', () => {
  it('pins what was built and what was brought along, and keeps the rest', () => {
    expect(plan(SHOP).problems).toEqual([]);
    expect(rendered(SHOP)).toEqual({
      version: '3.8',
      services: {
        web: {
          image: web,
          environment: ['LOG_LEVEL=info', 'EMPTY', 'SLUICE_ENVIRONMENT=ops'],
          ports: [{ target: 80, published: 8080, protocol: 'tcp', mode: 'ingress' }],
          secrets: ['DATABASE_URL'],
          deploy: {
            replicas: 2,
            labels: ['team=shop', 'sluice.release=7'],
            update_config: {
              parallelism: 1,
              delay: '0s',
              order: 'start-first',
              failure_action: 'pause',
              monitor: '10s',
            },
          },
        },
        db: expect.objectContaining({
          image: db,
          environment: ['POSTGRES_DB=shop', 'SLUICE_ENVIRONMENT=ops'],
          volumes: ['data:/var/lib/postgresql'],
        }),
      },
      networks: { default: { driver: 'overlay' } },
      volumes: { data: {} },
      secrets: { DATABASE_URL: { external: true, name: 'sluice-shop_DATABASE_URL_0a1b2c3d' } },
    });
  });

  it('publishes on the nodes where the environment says so', () => {
    expect(rendered(SHOP, { publish: 'host' })).toMatchObject({
      services: {
        web: {
          ports: [{ published: 8080, mode: 'host' }],
          deploy: { endpoint_mode: 'dnsrr', update_config: { order: 'stop-first' } },
        },
        db: { deploy: { endpoint_mode: 'dnsrr', update_config: { order: 'start-first' } } },
      },
    });
  });

  it('asks for digests of the images that it brings along by tag only', () => {
    expect(imagesToPin(SHOP)).toEqual(['postgres:15']);
    expect(imagesToPin(`services: { a: { image: ${db} } }`)).toEqual([]);
  });

  it('tells of an image without a digest', () => {
    expect(problems('services: { web: { image: nginx } }')).toEqual(['services.web: no digest is known for nginx.']);
    expect(problems('services: { api: { build: . } }')).toEqual([
      'services.api: no digest is known for what it builds.',
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['a path of the node', 'volumes: ["/etc:/host"]', /no path of the node/],
    ['a path beside the file', 'volumes: ["./data:/data"]', /no path of the node/],
    ['a home folder', 'volumes: ["~/x:/data"]', /no path of the node/],
    ['a Windows path', 'volumes: ["C:\\\\x:/data"]', /no path of the node/],
    ['a bind in the long form', 'volumes: [{ type: bind, source: /etc, target: /host }]', /no path of the node/],
    ['a pipe', 'volumes: [{ type: npipe, source: x, target: /x }]', /no path of the node/],
    ['a volume that is a path', 'volumes: [{ type: volume, source: /etc, target: /x }]', /no path of the node/],
    ['all rights', 'privileged: true', /privileged: is not allowed/],
    ['a capability', 'cap_add: [SYS_ADMIN]', /cap_add: is not allowed/],
    ["the node's network", 'network_mode: host', /network_mode: is not allowed/],
    ["the node's processes", 'pid: host', /pid: is not allowed/],
    ["a file of Sluice's own disk", 'env_file: /etc/passwd', /env_file: is not allowed/],
    ['a variable', 'environment: ["A=${HOME}"]', /variables are not filled in/],
    ['a job', 'deploy: { mode: replicated-job }', /must be replicated or global/],
    ['an address to listen on', 'ports: ["127.0.0.1:80:80"]', /write "<published>:<target>"/],
    ['a range of ports', 'ports: ["3000-3005:3000-3005"]', /write "<published>:<target>"/],
  ])('refuses a service that wants %s', (_, line, expected) => {
    expect(problems(`services: { web: { build: ., ${line} } }`)).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, string, RegExp]>([
    [
      'options of a volume driver',
      'volumes: { x: { driver_opts: { o: bind, device: / } } }',
      /driver_opts: is not allowed/,
    ],
    ['a volume of another stack', 'volumes: { x: { name: sluice-bank_data } }', /name: is not allowed/],
    ['a volume from outside', 'volumes: { x: { external: true } }', /external: is not allowed/],
    ["the node's network", 'networks: { x: { external: true, name: host } }', /network host is not open/],
    ['the network of another stack', 'networks: { sluice-bank_default: { external: true } }', /is not open/],
    ['another network driver', 'networks: { x: { driver: macvlan } }', /driver: must be overlay/],
    ["a secret from Sluice's own disk", 'secrets: { x: { file: /etc/shadow } }', /must be "external: true"/],
    ['a secret that is not set', 'secrets: { OTHER: { external: true } }', /The secret OTHER is not set/],
    ['configs', 'configs: { x: { file: /etc/passwd } }', /configs: is not supported/],
    ['another file', 'include: [other.yml]', /include: is not supported/],
  ])('refuses a file with %s', (_, line, expected) => {
    expect(problems(`services: { web: { build: . } }\n${line}`)).toEqual([expect.stringMatching(expected)]);
  });

  it('says so when there is nothing to deploy', () => {
    expect(problems('')).toEqual(['It has no services.']);
    expect(problems('services: { web: }')).toEqual(['services.web: must be a mapping.']);
  });

  it('tells all problems at once', () => {
    expect(problems('services: { web: { build: ., privileged: true, pid: host } }\nconfigs: {}')).toHaveLength(3);
  });

  it('leaves a doubled dollar sign to the docker CLI', () => {
    expect(problems('services: { web: { build: ., environment: { A: "$$x" } } }')).toEqual([]);
  });
});
