import { REPOSITORY, type Environment } from '@sluice/contracts';
import { may, type Principal } from '@sluice/directory';
import type { Scope } from './scope.plan.js';

/** Who has signed in at the registry: an environment's engines, or whom the directory knows. */
export type Account =
  | { readonly kind: 'robot'; readonly name: string; readonly environment: string }
  | { readonly kind: 'principal'; readonly name: string; readonly principal: Principal };

/** One entry of a token's `access` claim (distribution, "Token Authentication Implementation"). */
export interface Access {
  readonly type: 'repository';
  readonly name: string;
  readonly actions: readonly string[];
}

const NOTHING: readonly string[] = [];
const READ = ['pull'];
const READ_WRITE = ['pull', 'push'];
const ALL = ['pull', 'push', 'delete'];

/** `path` is the environments in their order; the first is where images are born. */
export function grant(account: Account, path: readonly Environment[], scopes: readonly Scope[]): Access[] {
  return merge(scopes)
    .map(({ type, name, actions }) => {
      const allowed = type === 'repository' ? allowedActions(account, path, name) : NOTHING;
      return { type: 'repository' as const, name, actions: actions.filter((action) => allowed.includes(action)) };
    })
    .filter(({ actions }) => actions.length > 0);
}

/** What an account may do with a repository. The first part of its name is the environment it belongs to. */
function allowedActions(account: Account, path: readonly Environment[], repository: string): readonly string[] {
  if (!REPOSITORY.test(repository) || !repository.includes('/')) return NOTHING;
  const namespace = repository.split('/')[0]!;

  if (account.kind === 'robot') return namespace === account.environment ? READ : NOTHING;
  const { principal } = account;
  if (principal.kind === 'user') return may(principal, 'see', namespace) ? READ : NOTHING;
  if (principal.id === 'promoter') return ALL;
  return principal.id === 'builder' && namespace === path[0]?.name ? READ_WRITE : NOTHING;
}

/** One entry per resource, as a client may ask for its actions one by one. */
function merge(scopes: readonly Scope[]): Scope[] {
  const merged = new Map<string, Scope>();
  for (const scope of scopes) {
    const key = `${scope.type}:${scope.name}`;
    const actions = [...new Set([...(merged.get(key)?.actions ?? []), ...scope.actions])];
    merged.set(key, { ...scope, actions });
  }
  return [...merged.values()];
}
