import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';
import { redactor } from './redact.js';

export type LogStream = 'stdout' | 'stderr' | 'sluice';

export interface LogLine {
  readonly number: number;
  readonly at: string;
  readonly stream: LogStream;
  readonly text: string;
}

const FLUSH_EVERY_MS = 100;
const FLUSH_LINES = 500;
const LONGEST_LINE = 8192;
const WRITE_ATTEMPTS = 20;
/** A step that prints more is cut, and says so; the run goes on. */
const MOST_LINES = 200_000;

/** Where the output of stages is kept, line by line, readable while it is written. */
@Injectable()
export class RunLog {
  constructor(private readonly db: DataSource) {}

  /** Begins the log of a step or, at a later `attempt`, goes on with what a lost worker wrote. */
  async open(step: string, attempt: number, secrets: readonly string[] = []): Promise<LogWriter> {
    const last = attempt === 1 ? 0 : await this.lastNumber(step);
    return new LogWriter(this.db, step, last, redactor(secrets));
  }

  private async lastNumber(step: string): Promise<number> {
    const [row] = await this.db.query('select coalesce(max(number), 0)::int as last from log_lines where step = $1', [
      step,
    ]);
    return row.last;
  }

  read(step: string, after: number, limit: number): Promise<LogLine[]> {
    return this.db.query(
      `select number, at, stream, text from log_lines where step = $1 and number > $2 order by number limit $3`,
      [step, after, limit],
    );
  }

  async isClosed(step: string): Promise<boolean> {
    return (await this.db.query('select 1 from closed_logs where step = $1', [step])).length > 0;
  }
}

/** Collects lines and writes them in batches, in order. */
export class LogWriter {
  private pending: { at: string; stream: LogStream; text: string }[] = [];
  private timer?: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly step: string,
    private last: number,
    private readonly redact: (line: string) => string,
  ) {}

  /** Never throws and never waits: a log must not stop what it tells of. */
  line(text: string, stream: LogStream = 'stdout'): void {
    const count = this.last + this.pending.length;
    if (count > MOST_LINES) return;
    const said =
      count === MOST_LINES
        ? `(cut: more than ${MOST_LINES} lines)`
        : storable(this.redact(text.replaceAll('\0', '')).slice(0, LONGEST_LINE));
    this.pending.push({ at: new Date().toISOString(), stream, text: said });
    if (this.pending.length >= FLUSH_LINES) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS);
  }

  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.length === 0) return this.writing;
    const lines = this.pending.map((line, index) => ({ number: this.last + index + 1, ...line }));
    this.pending = [];
    this.last += lines.length;
    this.writing = this.writing.then(() => this.writePatiently(lines));
    return this.writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.db
      .query('insert into closed_logs (step) values ($1) on conflict do nothing', [this.step])
      .catch(() => undefined);
  }

  /** A database that restarts costs no lines; one that stays away must not stop the stage. */
  private async writePatiently(lines: object[]): Promise<void> {
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
      const written = await this.write(lines).then(
        () => true,
        () => false,
      );
      if (written) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  private async write(lines: object[]): Promise<void> {
    // A worker that lost its claim may still write; the first to use a number keeps it.
    await this.db.query(
      `insert into log_lines (step, number, at, stream, text)
       select $1, number, at, stream, text from jsonb_to_recordset($2::jsonb) as l(number int, at timestamptz, stream text, text text)
       on conflict do nothing`,
      [this.step, JSON.stringify(lines)],
    );
  }
}

/** Half a character, as a cut leaves it, is no text to Postgres: it would refuse the whole batch of lines. */
const storable = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
