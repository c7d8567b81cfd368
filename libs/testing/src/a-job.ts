import type { EventData, ImageRef, RunRef, SluiceConfig, Stage } from '@sluice/contracts';
import { parseConfig } from '@sluice/contracts/config';
import type { LogWriter } from '@sluice/run-log';
import type { Logger } from '@sluice/runtime';
import type { StageJob } from '@sluice/stage';
import { fake } from './fake.js';

export const aRun = (overrides: Partial<RunRef> = {}): RunRef => ({
  id: '6b3c1e0a-0f39-4c51-8d5e-0d8c6a3f2b11',
  project: 'shop',
  ref: 'refs/heads/main',
  commit: '0123456789abcdef0123456789abcdef01234567',
  ...overrides,
});

export const anImage = (overrides: Partial<ImageRef> = {}): ImageRef => ({
  service: 'app',
  repository: 'dev/shop',
  digest: `sha256:${'ab'.repeat(32)}`,
  ...overrides,
});

/** A sluice.yml as its author writes it, read with all defaults; without text the one of a repository that has none. */
export const aConfig = (text?: string): SluiceConfig => parseConfig(text);

/** A job of a stage as the runner hands it over, with the lines that the stage says to people. */
export function aJob<S extends Stage>(
  stage: S,
  overrides: Partial<Omit<StageJob<S>, 'input' | 'output'>> & { input?: Partial<StageJob<S>['input']> } = {},
): StageJob<S> & { readonly lines: string[] } {
  const lines: string[] = [];
  const run = overrides.run ?? aRun();
  const step = overrides.step ?? 'c0a7f1de-52c5-4d0e-9a3b-3f1f6f0f7a22';
  const environment = overrides.environment ?? ENVIRONMENTS[stage];
  const input = { run, step, environment, ...INPUTS[stage](), ...overrides.input };
  return {
    attempt: 1,
    signal: new AbortController().signal,
    log: silent,
    ...overrides,
    run,
    step,
    environment,
    input: input as EventData<`${S}.requested`>,
    output: fake<LogWriter>({ line: (text) => void lines.push(text), flush: async () => undefined }),
    lines,
  };
}

const ENVIRONMENTS: Record<Stage, string> = {
  build: 'dev',
  preview: 'dev',
  promote: 'test',
  test: 'test',
  deploy: 'ops',
};

const images = (environment: string) => () => ({
  images: [anImage({ repository: `${environment}/shop` })],
  config: aConfig(),
});

const INPUTS: Record<Stage, () => object> = {
  build: () => ({ cloneUrl: 'http://127.0.0.1:4000/git/shop.git' }),
  preview: images('dev'),
  promote: () => ({ from: 'dev', images: [anImage()] }),
  test: images('test'),
  deploy: images('ops'),
};

const silent = fake<Logger>({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});
