import { STAGES } from '../stages.js';
import { duration, list, mapping, name, path, text, wholeNumber, without } from './schema-parts.js';

// A rollout that misses its deadline goes back within the time limit of its stage.
const MINUTES_TO_GO_BACK = 5;

const port = (description: string) => ({ description, ...wholeNumber(1, 65_535), examples: [8080] });

const build = {
  description: 'How the image is built.',
  ...mapping({
    context: {
      description: 'The folder that the build may read.',
      ...path('the repository'),
      default: '.',
      examples: ['.', 'server'],
    },
    dockerfile: {
      description: 'The recipe, relative to the root of the repository.',
      ...path('the repository'),
      default: 'Dockerfile',
      examples: ['Dockerfile', 'server/Dockerfile'],
    },
  }),
  examples: [{ context: '.', dockerfile: 'Dockerfile' }],
};

const preview = {
  description: 'A running copy of every commit, before anything is promoted.',
  ...mapping({
    port: port('The port that the program listens on. Without it, deploy.port.'),
    ttl: {
      description: 'How long a preview stays.',
      ...duration('1m', '90d'),
      default: '24h',
      examples: ['24h', '7d'],
    },
  }),
  examples: [{ port: 8080, ttl: '24h' }],
};

const testStep = {
  description: 'Either a command that runs inside the image, or a question to a tester.',
  ...mapping({
    run: {
      description: 'A command for sh -c, inside the image, in the test environment. It passes when it exits with 0.',
      ...text('a command'),
      examples: ['npm test'],
    },
    report: {
      description: 'Where the command leaves a JUnit report, relative to the working directory of the image.',
      ...path('the working directory of the image'),
      examples: ['reports/junit.xml'],
    },
    timeout: {
      description: 'How long the command may take.',
      ...duration('1s', `${STAGES.test.timeoutMinutes}m`),
      default: '10m',
      examples: ['10m', '90s'],
    },
    ask: {
      description: 'What a tester looks at and answers with passed or failed.',
      ...text('a question'),
      examples: ['The checkout page works on a phone.'],
    },
  }),
  anyOf: [{ required: ['run'] }, { required: ['ask'] }],
  dependentSchemas: { ask: without('run', 'report', 'timeout') },
  'x-expected': 'a mapping with run (and report, timeout) or with ask',
  examples: [{ run: 'npm test', report: 'reports/junit.xml', timeout: '10m' }, { ask: 'The checkout page works.' }],
};

const deploy = {
  description: 'How the image runs for its users.',
  ...mapping({
    port: port('The port that the program listens on.'),
    replicas: {
      description: 'How many copies run.',
      ...wholeNumber(1, 100),
      default: 1,
      examples: [2],
    },
    health: {
      description: 'How the swarm learns that a copy is well. Needs deploy.port.',
      ...mapping({
        get: {
          description: 'A path that answers 2xx on deploy.port. The image needs wget or curl.',
          type: 'string',
          maxLength: 1024,
          // It becomes part of a shell command in a compose file, so nothing that either of them would read.
          pattern: '^/[A-Za-z0-9._~:@%/?&=+,-]*$',
          'x-expected': 'a path that begins with / and needs no quoting, such as /healthz',
          examples: ['/healthz'],
        },
      }),
      required: ['get'],
      examples: [{ get: '/healthz' }],
    },
    deadline: {
      description: 'How long a rollout may take. A later one fails and the whole release goes back.',
      ...duration('5s', `${STAGES.deploy.timeoutMinutes - MINUTES_TO_GO_BACK}m`),
      default: '5m',
      examples: ['5m'],
    },
    env: {
      description: 'Environment variables. Numbers and booleans are passed on as they are written.',
      type: 'object',
      maxProperties: 500,
      propertyNames: name(),
      additionalProperties: {
        type: ['string', 'number', 'boolean'],
        'x-expected': 'a text, a number, true or false (an empty value is written "")',
      },
      'x-expected': 'a mapping of names to values, of at most 500',
      examples: [{ LOG_LEVEL: 'info' }],
    },
    secrets: {
      description:
        'Names of secrets of the environment that the program gets. Their values are never in the repository.',
      ...list('a list of at most 100 names of secrets', name()),
      uniqueItems: true,
      examples: [['DATABASE_URL']],
    },
    stack: {
      description: 'A compose file that describes the whole stack, instead of the fields above but the deadline.',
      ...path('the repository'),
      examples: ['docker-compose.yml'],
    },
  }),
  dependentRequired: { health: ['port'] },
  dependentSchemas: { stack: without('port', 'replicas', 'health', 'env', 'secrets') },
  examples: [{ port: 8080, replicas: 2, health: { get: '/healthz' } }, { stack: 'docker-compose.yml' }],
};

/**
 * The format of `sluice.yml`: what the parser checks and what editors complete.
 * `sluice.schema.json` is written from it: `npx vitest run --project unit libs/contracts/src/config -u`.
 */
export const SLUICE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'sluice.yml',
  description: 'How Sluice builds, previews, tests and deploys a repository. Everything is optional.',
  ...mapping({
    build,
    preview,
    test: {
      description: 'What must pass in the test environment, in this order.',
      ...list('a list of at most 100 steps, each with run or with ask', testStep),
      examples: [[{ run: 'npm test' }]],
    },
    deploy,
  }),
  examples: [{ deploy: { port: 8080, replicas: 2, health: { get: '/healthz' } } }],
} as const;
