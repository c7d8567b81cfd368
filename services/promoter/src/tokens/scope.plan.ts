/** What a client of a registry asks to do with one resource. */
export interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** More than any client asks for at once; what follows is left out, so that a token always fits into a header. */
const MOST_SCOPES = 50;

/**
 * Reads the `scope` parameters of distribution's "Token Scope Documentation": `type[(class)]:name:action[,action]`, where
 * the name may hold colons. A parameter may hold several, with blanks between. What cannot be read asks for nothing.
 */
export function parseScopes(parameter: unknown): Scope[] {
  const texts = [parameter].flat().filter((text) => typeof text === 'string');
  const entries = texts.flatMap((text) => text.split(' ')).filter((text) => text !== '');
  return entries.slice(0, MOST_SCOPES).flatMap(parseScope);
}

function parseScope(text: string): Scope[] {
  const [, type, name, actions] = /^([a-z0-9]+(?:\([a-z0-9]+\))?):(.+):([a-z*,]*)$/.exec(text) ?? [];
  if (!type || !name) return [];
  return [{ type, name, actions: [...new Set(actions!.split(',').filter((action) => action !== ''))] }];
}
