export interface ConfigProblem {
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** Where in the document, such as `deploy.replicas` or `test[0].run`; empty for the whole file. */
  path: string;
  message: string;
  expected: string;
}

// A hostile file can hold thousands of mistakes; nobody reads more than a screen of them.
const MAX_PROBLEMS = 50;

/** The file cannot be used. Its message names every problem, one on each line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const shown = sorted.slice(0, MAX_PROBLEMS);
    const lines = shown.map((problem) => describe(file, problem));
    super([...lines, ...(sorted.length > shown.length ? ['… and more'] : [])].join('\n'));
    this.problems = shown;
  }
}

const describe = (file: string, { line, column, path, message }: ConfigProblem): string =>
  [`${file}:${line}:${column}`, ...(path ? [path] : []), message].join(': ');
