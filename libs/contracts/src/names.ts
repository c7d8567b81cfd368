/** Lower case, digits and dashes; also a registry path, a folder and part of a stack's name, so it stays short. */
export const PROJECT_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const PROJECT_NAME_MAX = 40;
export const ENVIRONMENT_NAME = /^[a-z][a-z0-9-]{0,19}$/;
export const USER_NAME = /^[a-z][a-z0-9._-]{0,38}$/;
/** `git check-ref-format` allows more; what Sluice hands to git never starts with a dash and has no control bytes. */
export const REF = /^refs\/(heads|tags)\/[^\s~^:?*[\\\x00-\x1f\x7f]+$/;
/** SHA-1 or SHA-256 object names. */
export const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** A repository path of the distribution specification. */
export const REPOSITORY = /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/;

export const branchOf = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '');
export const shortCommit = (commit: string): string => commit.slice(0, 12);

/** The rules of names, for people who broke one. */
export const NAME_RULES = {
  project: '$property must be lower-case letters, digits and single dashes, beginning with a letter: my-shop',
  environment: '$property must be lower-case letters, digits and dashes, beginning with a letter, 20 at most: staging',
  user: '$property must be lower-case letters, digits, dots, dashes and underscores, beginning with a letter, 39 at most: dana',
  secret: '$property must be capital letters, digits and underscores, not beginning with a digit: DATABASE_URL',
  events: 'each of $property must be an event type or a pattern such as run.*, *.failed or # for all',
} as const;
