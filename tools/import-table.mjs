/**
 * Who may import what. The same rows stand in docs/ARCHITECTURE.md; tools/import-table.spec.ts compares the two and proves
 * that the linter refuses what they do not allow.
 */

/** Workspace libraries: folder → the `@sluice/…` packages that it may import. */
export const LIBRARIES = {
  'libs/contracts': [],
  'libs/runtime': ['contracts'],
  'libs/database': ['runtime'],
  'libs/directory': ['contracts', 'database', 'runtime'],
  'libs/bus': ['contracts', 'database', 'directory', 'runtime'],
  'libs/run-log': ['contracts', 'database', 'directory', 'runtime'],
  'libs/stage': ['bus', 'contracts', 'database', 'directory', 'run-log', 'runtime'],
  'libs/docker': ['contracts'],
  'libs/registry': ['contracts'],
  'libs/testing': ['bus', 'contracts', 'database', 'directory', 'docker', 'registry', 'run-log', 'runtime', 'stage'],
  'services/receiver': ['bus', 'contracts', 'database', 'directory', 'runtime'],
  'services/conductor': ['bus', 'contracts', 'database', 'directory', 'runtime'],
  'services/builder': [
    'bus',
    'contracts',
    'database',
    'directory',
    'docker',
    'registry',
    'run-log',
    'runtime',
    'stage',
  ],
  'services/promoter': ['bus', 'contracts', 'database', 'directory', 'registry', 'run-log', 'runtime', 'stage'],
  'services/tester': ['bus', 'contracts', 'database', 'directory', 'docker', 'run-log', 'runtime', 'stage'],
  'services/deployer': [
    'bus',
    'contracts',
    'database',
    'directory',
    'docker',
    'registry',
    'run-log',
    'runtime',
    'stage',
  ],
  'services/notifier': ['bus', 'contracts', 'database', 'directory', 'runtime'],
  'services/gateway': ['bus', 'contracts', 'database', 'directory', 'runtime'],
  'services/all': [
    'builder',
    'conductor',
    'contracts',
    'deployer',
    'gateway',
    'notifier',
    'promoter',
    'receiver',
    'runtime',
    'tester',
  ],
  'deploy/local': ['contracts', 'database', 'directory', 'docker'],
  e2e: ['contracts', 'database', 'local'],
  bench: ['bus', 'contracts', 'database', 'directory', 'docker', 'local', 'registry', 'runtime'],
};

/** Third-party packages that have one owner; everybody else goes through it. Tests of the owner's users may not, either. */
export const OWNERS = {
  amqplib: ['libs/bus', 'e2e', 'libs/testing', 'bench'],
  dockerode: ['libs/docker'],
  typeorm: ['libs/database'],
  pg: ['libs/database', 'bench'],
  pino: ['libs/runtime'],
  ajv: ['libs/contracts'],
  jose: ['services/promoter'],
};
