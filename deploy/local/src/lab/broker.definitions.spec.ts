import { SERVICES } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { brokerDefinitions, passwordHash, permissionsOf, writableTopics } from './broker.definitions.js';

const user = <Name extends string>(name: Name) => ({
  name,
  password: `${name}-secret`,
  salt: Buffer.from([1, 2, 3, 4]),
});

describe('passwordHash', () => {
  it('agrees with the example of the RabbitMQ documentation', () => {
    const salt = Buffer.from('908DC60A', 'hex');
    expect(passwordHash('test12', salt)).toBe('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR');
  });
});

describe('permissionsOf', () => {
  const { configure, write, read } = permissionsOf('builder');

  it.each([
    ['builder', true],
    ['builder.build', true],
    ['builder.build.retry.1', true],
    ['builderx', false],
    ['tester.test', false],
    ['sluice.events', false],
  ])('lets builder declare %s: %s', (name, expected) => {
    expect(new RegExp(configure).test(name)).toBe(expected);
  });

  it('lets it write to and read from the exchange of events, and nothing of another service', () => {
    for (const pattern of [write, read]) {
      expect(new RegExp(pattern).test('sluice.events')).toBe(true);
      expect(new RegExp(pattern).test('sluiceXevents')).toBe(false);
      expect(new RegExp(pattern).test('conductor.runs')).toBe(false);
    }
  });
});

describe('writableTopics', () => {
  it.each([
    ['builder', 'build.succeeded', true],
    ['builder', 'build.requested', false],
    ['builder', 'test.succeeded', false],
    ['deployer', 'preview.started', true],
    ['deployer', 'deploy.failed', true],
    ['receiver', 'push.received', true],
    ['conductor', 'build.requested', true],
    ['conductor', 'run.superseded', true],
    ['conductor', 'gate.opened', true],
    ['conductor', 'build.succeeded', false],
    ['notifier', 'build.succeeded', false],
    ['gateway', 'push.received', false],
  ] as const)('%s may publish %s: %s', (service, key, expected) => {
    expect(new RegExp(writableTopics(service)).test(key)).toBe(expected);
  });
});

describe('brokerDefinitions', () => {
  const text = JSON.stringify(brokerDefinitions(user('boss'), SERVICES.map(user)));
  const definitions = JSON.parse(text) as Record<string, { user?: string; vhost?: string; name?: string }[]>;

  it('holds no password', () => {
    expect(text).not.toContain('-secret');
  });

  it('lets services into one vhost and the administrator into both', () => {
    const vhostsOf = (name: string) =>
      definitions.permissions!.filter(({ user }) => user === name).map(({ vhost }) => vhost);
    expect(vhostsOf('boss')).toEqual(['sluice', 'integration']);
    for (const service of SERVICES) expect(vhostsOf(service)).toEqual(['sluice']);
  });

  it('has the exchange of events in both', () => {
    expect(definitions.exchanges!.map(({ name, vhost }) => `${vhost}/${name}`)).toEqual([
      'sluice/sluice.events',
      'integration/sluice.events',
    ]);
  });
});
