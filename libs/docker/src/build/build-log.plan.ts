import { LineSplitter } from '../stream/line-splitter.js';
import type { Trace, TraceStatus, TraceVertex } from './trace.decoder.js';

/** How many log lines a failure carries. */
const LAST_LINES = 30;

interface Step {
  readonly number: number;
  readonly name: string;
  readonly outputs: Map<number, LineSplitter>;
  readonly said: Set<string>;
  done: boolean;
}

/** The step that broke the build. */
export interface FailedStep {
  readonly step: string;
  readonly error: string;
  readonly lastLines: readonly string[];
}

/** Turns BuildKit's traces into the lines that `docker build --progress=plain` would show, without its time column. */
export class BuildLog {
  private readonly steps = new Map<string, Step>();
  private readonly recent: string[] = [];
  private broken: FailedStep | undefined;

  constructor(private readonly onLine: (line: string) => void) {}

  add(trace: Trace): void {
    for (const vertex of trace.vertexes) if (vertex.started || vertex.completed || vertex.cached) this.begin(vertex);
    for (const status of trace.statuses) this.progress(status);
    for (const { vertex, short } of trace.warnings) this.say(vertex, `WARNING: ${short}`);
    for (const { vertex, stream, message } of trace.logs) this.output(vertex, stream)?.write(message);
    for (const vertex of trace.vertexes) if (vertex.completed || vertex.error) this.finish(vertex);
  }

  /** The last lines seen, whatever step they belong to. */
  get lastLines(): readonly string[] {
    return this.recent;
  }

  /** The first step that failed by itself; steps that were only cancelled because of it do not count. */
  get failed(): FailedStep | undefined {
    return this.broken;
  }

  private begin(vertex: TraceVertex): void {
    if (this.steps.has(vertex.digest)) return;
    const step: Step = {
      number: this.steps.size + 1,
      name: vertex.name.replaceAll(/\s*\n\s*/g, ' '), // A RUN with a here-document has several lines.
      outputs: new Map(),
      said: new Set(),
      done: false,
    };
    this.steps.set(vertex.digest, step);
    this.emit(`#${step.number} ${step.name}`);
  }

  private progress({ vertex, id, current, completed }: TraceStatus): void {
    if (!completed || this.steps.get(vertex)?.said.has(id)) return;
    this.steps.get(vertex)?.said.add(id);
    this.say(vertex, `${id}${current > 0 ? ` ${size(current)}` : ''} done`);
  }

  private finish(vertex: TraceVertex): void {
    this.begin(vertex);
    const step = this.steps.get(vertex.digest);
    if (!step || step.done) return;
    step.done = true;

    for (const output of step.outputs.values()) output.end();
    const canceled = vertex.error.endsWith('context canceled');
    if (vertex.error && !canceled && !this.broken) {
      this.broken = { step: step.name, error: vertex.error, lastLines: [...this.recent] };
    }
    this.say(vertex.digest, outcome(vertex, canceled));
  }

  private output(vertex: string, stream: number): LineSplitter | undefined {
    const step = this.steps.get(vertex);
    if (!step) return undefined;
    const output = step.outputs.get(stream) ?? new LineSplitter((line) => this.say(vertex, line));
    step.outputs.set(stream, output);
    return output;
  }

  private say(vertex: string, text: string): void {
    const step = this.steps.get(vertex);
    if (step) this.emit(`#${step.number} ${text}`);
  }

  private emit(line: string): void {
    this.recent.push(line);
    if (this.recent.length > LAST_LINES) this.recent.shift();
    this.onLine(line);
  }
}

function outcome({ cached, error, started, completed }: TraceVertex, canceled: boolean): string {
  if (canceled) return 'CANCELED';
  if (error) return `ERROR: ${error}`;
  if (cached) return 'CACHED';
  return `DONE ${(((completed ?? 0) - (started ?? completed ?? 0)) / 1000).toFixed(1)}s`;
}

function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes}B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}kB` : `${(bytes / 1e6).toFixed(1)}MB`;
}
