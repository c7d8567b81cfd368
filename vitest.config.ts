import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

// Specs run from the sources: the `source` condition of each workspace package names its src/index.ts.
const shared = {
  plugins: [swc.vite({ module: { type: 'es6' } })],
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [
            'libs/**/*.spec.ts',
            'services/**/*.spec.ts',
            'deploy/**/*.spec.ts',
            'e2e/**/*.spec.ts',
            'bench/**/*.spec.ts',
            'tools/**/*.spec.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['libs/**/*.int-spec.ts', 'services/**/*.int-spec.ts', 'deploy/**/*.int-spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.e2e.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
