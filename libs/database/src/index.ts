export { DatabaseModule, openDatabase } from './database.module.js';
export { LockTaken, withLock, type HeldLock, type LockRequest } from './lock.js';
export { migrate, type Migration } from './migrate.js';
export { DataSource, EntityManager } from 'typeorm';
export { provision, type Provision, type ServiceRole } from './provision.js';
