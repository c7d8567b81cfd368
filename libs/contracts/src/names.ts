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
