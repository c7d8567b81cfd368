import { describe, expect, it } from 'vitest';
import { may, type Action, type Principal, type Role } from './policy.plan.js';

const user = (roles: Record<string, Role>, admin = false): Principal => ({
  kind: 'user',
  id: '1',
  name: 'dana',
  admin,
  roles,
});
const ACTIONS: Action[] = ['see', 'push', 'act', 'own', 'administer', 'serve'];
const allowed = (principal: Principal, environment?: string): Action[] =>
  ACTIONS.filter((action) => may(principal, action, environment));

describe('may', () => {
  it.each<[string, Principal, string | undefined, Action[]]>([
    ['a stranger', user({}), undefined, []],
    ['a viewer', user({ ops: 'viewer' }), 'ops', ['see']],
    ['a member', user({ ops: 'member' }), 'ops', ['see', 'push', 'act']],
    ['an owner', user({ ops: 'owner' }), 'ops', ['see', 'push', 'act', 'own']],
    ['a member elsewhere', user({ dev: 'member' }), 'ops', []],
    ['a member somewhere', user({ dev: 'member' }), undefined, ['see', 'push', 'act']],
    ['an administrator', user({}, true), 'ops', ['see', 'push', 'act', 'own', 'administer']],
    [
      'a service',
      { kind: 'service', id: 'builder', name: 'builder', admin: false, roles: {} },
      'ops',
      ['see', 'serve'],
    ],
  ])('grants %s what the role says, and nothing else', (_, principal, environment, expected) => {
    expect(allowed(principal, environment)).toEqual(expected);
  });

  it('is not fooled by names that every object has', () => {
    expect(may(user({}), 'see', 'constructor')).toBe(false);
    expect(may(user({}), 'see', '__proto__')).toBe(false);
  });
});
