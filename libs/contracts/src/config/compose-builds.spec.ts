import { describe, expect, it } from 'vitest';
import { composeBuilds } from './compose-builds.js';
import { ConfigError } from './config-error.js';

const problemsOf = (text: string): string => {
  try {
    composeBuilds(text, 'docker-compose.yml');
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
};
const withBuild = (build: string): string => `services:\n  web:\n    build: ${build}\n`;

describe('composeBuilds', () => {
  it('finds the services that are built, in their order, and leaves the others out', () => {
    const text = `
services:
  web: { build: ./web, ports: ["80:80"] }
  db: { image: "postgres:15" }
  jobs:
    build: { context: ., dockerfile: jobs/Dockerfile, target: run, args: { LEVEL: 3, QUICK: true } }
`;
    expect(composeBuilds(text, 'docker-compose.yml')).toEqual([
      { service: 'web', context: 'web', dockerfile: 'web/Dockerfile', args: {} },
      {
        service: 'jobs',
        context: '.',
        dockerfile: 'jobs/Dockerfile',
        args: { LEVEL: '3', QUICK: 'true' },
        target: 'run',
      },
    ]);
  });

  it('reads paths from where the compose file lies, and they may go up within the repository', () => {
    expect(composeBuilds(withBuild('../web/'), 'ops/stack.yml')).toEqual([
      { service: 'web', context: 'web', dockerfile: 'web/Dockerfile', args: {} },
    ]);
    expect(composeBuilds(withBuild('{ context: .., dockerfile: ops/web.Dockerfile }'), 'ops/stack.yml')).toEqual([
      { service: 'web', context: '.', dockerfile: 'ops/web.Dockerfile', args: {} },
    ]);
  });

  it('takes arguments as a list too', () => {
    const [build] = composeBuilds(withBuild('{ context: ., args: ["A=1", "B=x=y", "C="] }'), 'docker-compose.yml');
    expect(build?.args).toEqual({ A: '1', B: 'x=y', C: '' });
  });

  it('follows merge keys and aliases', () => {
    const text = `
x-built: &built { build: { context: app } }
services:
  web: { <<: *built }
  jobs: { <<: *built }
`;
    expect(composeBuilds(text, 'docker-compose.yml').map(({ service, context }) => [service, context])).toEqual([
      ['web', 'app'],
      ['jobs', 'app'],
    ]);
  });

  it.each([
    ['../secrets', 'stays inside'],
    ['/etc', 'inside the repository'],
    ['https://github.com/some/where.git', 'inside the repository'],
    ['git@github.com:some/where.git', 'inside the repository'],
    ['"$HOME"', 'without variables'],
    ['-x', 'inside the repository'],
    ['{ context: ., dockerfile: ../../x }', 'stays inside'],
    ['{ context: ., dockerfile_inline: FROM scratch }', 'only context, dockerfile, args, target'],
    ['{ context: ., args: [TOKEN] }', 'names with values'],
    ['{ context: ., args: { TOKEN: } }', 'names with values'],
    ['{ context: ., args: { TOKEN: "${TOKEN}" } }', 'without variables'],
    ['[web]', 'a folder or a mapping'],
  ])('refuses build: %s', (build, words) => {
    expect(problemsOf(withBuild(build))).toMatch(/^docker-compose\.yml:3:\d+: services\.web\.build/);
    expect(problemsOf(withBuild(build))).toContain(words);
  });

  it('names all problems at once', () => {
    expect(problemsOf('services:\n  Web: { build: . }\n  b: { build: /x }\n').split('\n')).toHaveLength(2);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- a'],
    ['no services', 'version: "3"'],
    ['broken YAML', 'services: [a'],
    ['a deep one', '['.repeat(60_000)],
    ['one too large', `# ${'x'.repeat(70_000)}`],
    [
      'aliases that multiply',
      `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n`,
    ],
  ])('refuses %s with a ConfigError', (_, text) => {
    expect(problemsOf(text)).toContain('docker-compose.yml:');
  });
});
