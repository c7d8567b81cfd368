/** What somebody is to an environment. Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'member', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks: a person with their memberships, or one of our own services. */
export interface Principal {
  readonly kind: 'user' | 'service';
  /** Of the user; of a service its name. */
  readonly id: string;
  readonly name: string;
  readonly admin: boolean;
  /** Environment → role. */
  readonly roles: Readonly<Record<string, Role>>;
}

/**
 * `see`: look at projects, runs and logs. `push`: bring commits in. `act`: approve, answer, cancel in one environment.
 * `own`: change an environment's gate, members and secrets. `administer`: everything. `serve`: our own services.
 */
export type Action = 'see' | 'push' | 'act' | 'own' | 'administer' | 'serve';

const NEEDED: Record<'see' | 'act' | 'push' | 'own', Role> = {
  see: 'viewer',
  push: 'member',
  act: 'member',
  own: 'owner',
};

/**
 * The one function that decides who may do what. Without an environment the question is whether the action is allowed in
 * any of them; services may see, and nothing else that is meant for people.
 */
export function may(principal: Principal, action: Action, environment?: string): boolean {
  if (action === 'serve') return principal.kind === 'service';
  if (principal.kind === 'service') return action === 'see';
  if (principal.admin) return true;
  if (action === 'administer') return false;
  const held = environment === undefined ? Object.values(principal.roles) : [principal.roles[environment]];
  return held.some((role) => role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(NEEDED[action]));
}
