export { aConfig, aJob, anImage, aRun } from './a-job.js';
export { aGitServer, aRepository, gitIn, type Files, type GitServer, type TestRepository } from './git-server.js';
export { fake } from './fake.js';
export { aFolder, removeFolders } from './folder.js';
export { readLab, type LabAddresses } from './lab.js';
export { routesOf, routesWithoutPolicy } from './policies.js';
export { aTestBroker, type TestBroker } from './test-broker.js';
export { aTestDatabase, type TestDatabase } from './test-database.js';
export { until } from './until.js';
