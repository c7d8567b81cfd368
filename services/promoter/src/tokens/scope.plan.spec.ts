import { describe, expect, it } from 'vitest';
import { parseScopes } from './scope.plan.js';

const read = (parameter: unknown): string[] =>
  parseScopes(parameter).map(({ type, name, actions }) => `${type} ${name} ${actions.join('+')}`);

describe('parseScopes', () => {
  it.each<[string, unknown, string[]]>([
    ['no parameter, as a login sends', undefined, []],
    ['one scope', 'repository:dev/shop:pull', ['repository dev/shop pull']],
    ['two actions', 'repository:dev/shop:pull,push', ['repository dev/shop pull+push']],
    [
      'one parameter per scope',
      ['repository:a/b:pull', 'repository:c/d:push'],
      ['repository a/b pull', 'repository c/d push'],
    ],
    [
      'several in one parameter',
      'repository:a/b:pull  repository:c/d:push',
      ['repository a/b pull', 'repository c/d push'],
    ],
    ['a name with a host and its port', 'repository:host:5000/dev/shop:pull', ['repository host:5000/dev/shop pull']],
    ['a type with a class', 'repository(plugin):dev/shop:pull', ['repository(plugin) dev/shop pull']],
    ['the catalogue', 'registry:catalog:*', ['registry catalog *']],
    ['no action', 'repository:dev/shop:', ['repository dev/shop ']],
    ['empty and repeated actions', 'repository:dev/shop:,pull,,pull', ['repository dev/shop pull']],
    ['no name', 'repository::pull', []],
    ['too few parts', 'repository:pull', []],
    ['actions that are none', 'repository:dev/shop:PULL', []],
    ['what a query parser makes of scope[a]=b', { a: 'b' }, []],
    ['no more than the texts of a list', ['repository:a/b:pull', 7], ['repository a/b pull']],
  ])('reads %s', (_, parameter, expected) => {
    expect(read(parameter)).toEqual(expected);
  });

  it('reads no more than fit into a token', () => {
    expect(parseScopes(Array.from({ length: 5000 }, (_, at) => `repository:dev/a${at}:pull`))).toHaveLength(50);
  });
});
