/** What a parsed `sluice.yml` says, with every default filled in. The format itself is `sluice.schema.ts`. */
export interface SluiceConfig {
  build: BuildConfig;
  /** Absent when the file names no port: the preview then takes the one that the image exposes. */
  preview?: PreviewConfig;
  /** In the order they are carried out. */
  test: (TestRun | TestAsk)[];
  deploy: DeployConfig;
}

/** Both paths are relative to the root of the repository and never leave it by their text. A link still may. */
export interface BuildConfig {
  context: string;
  dockerfile: string;
}

export interface PreviewConfig {
  port: number;
  /** How long a preview stays, rounded up to whole minutes. */
  ttlMinutes: number;
}

/** A command that runs inside the image; it passes when it exits with 0. */
export interface TestRun {
  kind: 'run';
  /** A line or a script for `sh -c`. */
  run: string;
  /** Where the command leaves a JUnit report, relative to the working directory of the image. */
  report?: string;
  timeoutSeconds: number;
}

/** A question that a tester answers by hand. */
export interface TestAsk {
  kind: 'ask';
  ask: string;
}

export interface DeployConfig {
  port?: number;
  replicas: number;
  /** `get` is a path that answers 2xx when the service is well. It holds no quote, blank, `$` or backslash. */
  health?: { get: string };
  /** How long a rollout may take until it counts as failed. */
  deadlineSeconds: number;
  env: Record<string, string>;
  secrets: string[];
  /** A compose file of the repository. It then says all the rest but the deadline. */
  stack?: string;
  /** The content of that file at the run's commit; the build adds it, so that later stages need no repository. */
  stackText?: string;
}
