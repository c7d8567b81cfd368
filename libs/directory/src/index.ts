export { ALLOW, Allow, demand, Who, type SignedInRequest } from './access.js';
export { signIn } from './access.guard.js';
export { hashPassword, hashToken, newToken, passwordMatches } from './credentials.js';
export { Directory, type Project } from './directory.js';
export { DirectoryModule } from './directory.module.js';
export { DIRECTORY_MIGRATIONS } from './migrations.js';
export { may, ROLES, type Action, type Principal, type Role } from './policy.plan.js';
export { readKey, seal, unseal } from './sealed.js';
