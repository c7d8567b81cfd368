import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { join } from 'node:path';
import ts from 'typescript-eslint';
import { LIBRARIES, OWNERS } from './tools/import-table.mjs';

const allWorkspaces = Object.keys(LIBRARIES).map((folder) => folder.split('/').at(-1));

/** The rows of the import table that concern one folder, as a rule that refuses the rest. */
const importsOf = ([folder, allowed]) => {
  const own = folder.split('/').at(-1);
  const testing = ['testing', own];
  const foreign = allWorkspaces.filter((name) => ![...allowed, own].includes(name));
  const sdks = Object.entries(OWNERS).filter(([, owners]) => !owners.includes(folder));
  const rule = (refused) => ({
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...refused.map((name) => ({
            regex: `^@sluice/${name}(/|$)`,
            message: `${folder} may not import it: see the import table in docs/ARCHITECTURE.md.`,
          })),
          ...sdks.map(([name, owners]) => ({ regex: `^${name}(/|$)`, message: `Only ${owners[0]} imports ${name}.` })),
          { regex: '^(\\.\\./)+(libs|services|deploy)/', message: 'Import other workspaces by their package name.' },
        ],
      },
    ],
  });
  return [
    { files: [`${folder}/src/**/*.ts`], rules: rule(foreign) },
    {
      files: [`${folder}/src/**/*{.spec,.int-spec}.ts`],
      rules: rule(
        foreign.filter((name) => !testing.includes(name) && !['docker', 'registry', 'stage', 'run-log'].includes(name)),
      ),
    },
  ];
};

export default ts.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.sluice/**', '.nx/**', 'examples/**', 'e2e/scenarios/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname ?? join('.') } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-control-regex': 'off', // Control characters are what several of our patterns are about.
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300 }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
  { files: ['**/*spec.ts'], rules: { 'max-lines': 'off' } },
  { files: ['deploy/local/src/**/*.ts', 'bench/src/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // The environment is read in one place, and arrives everywhere else as checked configuration.
    files: ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts'],
    ignores: [
      'libs/runtime/src/config.ts',
      'libs/docker/src/swarm/stack.client.ts',
      'libs/testing/src/**',
      '**/*.int-spec.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Declare it in a configuration class.' },
      ],
    },
  },
  ...Object.entries(LIBRARIES).flatMap(importsOf),
  prettier,
);
