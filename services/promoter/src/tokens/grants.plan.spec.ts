import type { Environment } from '@sluice/contracts';
import type { Principal, Role } from '@sluice/directory';
import { describe, expect, it } from 'vitest';
import { grant, type Account } from './grants.plan.js';
import { parseScopes } from './scope.plan.js';

const anEnvironment = (name: string, position: number): Environment => ({
  name,
  purpose: 'deploy',
  position,
  dockerHost: 'unix:///run/docker.sock',
  publish: 'ingress',
  approvals: 0,
});
const PATH = ['dev', 'test', 'ops'].map(anEnvironment);

const service = (name: string): Account => ({
  kind: 'principal',
  name,
  principal: { kind: 'service', id: name, name, admin: false, roles: {} },
});
const person = (roles: Record<string, Role>, more: Partial<Principal> = {}): Account => ({
  kind: 'principal',
  name: 'ada',
  principal: { kind: 'user', id: '1', name: 'ada', admin: false, roles, ...more },
});
const robot = (environment: string): Account => ({ kind: 'robot', name: `robot-${environment}`, environment });

const granted = (account: Account, scope: string | string[]): string =>
  grant(account, PATH, parseScopes(scope))
    .map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`)
    .join(' ');

const EVERYTHING = ['dev', 'test', 'ops'].map((namespace) => `repository:${namespace}/shop:pull,push,delete`);

describe('grant', () => {
  it.each<[string, Account, string]>([
    ['the builder', service('builder'), 'repository:dev/shop:pull,push'],
    [
      'the promoter',
      service('promoter'),
      'repository:dev/shop:pull,push,delete repository:test/shop:pull,push,delete repository:ops/shop:pull,push,delete',
    ],
    ['any other service', service('deployer'), ''],
    ['the engines of dev', robot('dev'), 'repository:dev/shop:pull'],
    ['the engines of ops', robot('ops'), 'repository:ops/shop:pull'],
    ['a viewer of test', person({ test: 'viewer' }), 'repository:test/shop:pull'],
    [
      'an owner of dev who tests',
      person({ dev: 'owner', test: 'member' }),
      'repository:dev/shop:pull repository:test/shop:pull',
    ],
    ['somebody without a role', person({}), ''],
    [
      'an administrator',
      person({}, { admin: true }),
      'repository:dev/shop:pull repository:test/shop:pull repository:ops/shop:pull',
    ],
    ['a person who is called like a service', person({}, { id: 'promoter', name: 'promoter' }), ''],
  ])('gives %s what it may, of everything that it asks for', (_, account, expected) => {
    expect(granted(account, EVERYTHING)).toBe(expected);
  });

  it.each<[string, string | string[], string]>([
    ['only what was asked for', 'repository:ops/shop:pull', 'repository:ops/shop:pull'],
    ['nothing for an action that nobody knows', 'repository:ops/shop:*', ''],
    ['nothing of another type', 'registry:catalog:*', ''],
    ['nothing of another class', 'repository(plugin):ops/shop:pull', ''],
    ['nothing for no action', 'repository:ops/shop:', ''],
    ['nothing of a namespace that only begins alike', 'repository:ops2/shop:pull', ''],
    ['nothing of the namespace itself', 'repository:ops:pull', ''],
    ['nothing of a name with an empty part', 'repository:ops//shop:pull', ''],
    ['nothing of a name that climbs', 'repository:ops/../dev/shop:pull', ''],
    ['nothing of a name in capitals', 'repository:ops/Shop:pull', ''],
    ['nothing of another registry', 'repository:host:5000/ops/shop:pull', ''],
    ['deeper names too', 'repository:ops/shop/web:pull', 'repository:ops/shop/web:pull'],
    ['one entry per repository', ['repository:ops/shop:push', 'repository:ops/shop:pull'], 'repository:ops/shop:pull'],
    [
      'the part of a mount that it may',
      ['repository:dev/shop:pull', 'repository:ops/shop:pull,push'],
      'repository:ops/shop:pull',
    ],
  ])('gives a robot of ops %s', (_, scope, expected) => {
    expect(granted(robot('ops'), scope)).toBe(expected);
  });

  it('gives both sides of a mount to the promoter', () => {
    expect(granted(service('promoter'), ['repository:dev/shop:pull', 'repository:test/shop:pull,push'])).toBe(
      'repository:dev/shop:pull repository:test/shop:pull,push',
    );
  });

  it('gives the builder nothing when there is no environment yet', () => {
    expect(grant(service('builder'), [], parseScopes('repository:dev/shop:pull,push'))).toEqual([]);
  });

  it('is not misled by names that every object has', () => {
    expect(granted(person({}), 'repository:constructor/x:pull repository:tostring/x:pull')).toBe('');
  });
});
