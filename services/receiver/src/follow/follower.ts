import type { CloudEvent } from '@sluice/contracts';
import { follow, tell, type Followed } from './follow.plan.js';
import type { Followers, Interruption } from './followers.js';

/** A run nobody hears of for so long: longer than any stage may take. */
const SILENCE_MS = 40 * 60_000;

const INTERRUPTED: Readonly<Record<Interruption, string>> = {
  missed: 'The connection to the message broker was lost for a moment. The run goes on:',
  stopping: 'This service restarts. The run goes on:',
};

export const runAddress = (publicUrl: string, run: string): string => `${publicUrl}/runs/${run}`;

interface Watched {
  readonly name: string;
  readonly stop: () => void;
  followed: Followed;
}

/** Follows the runs of one push until each has ended or waits for people. What is heard before `start` is kept. */
export class Follower {
  private readonly watched = new Map<string, Watched>();
  private readonly early: [run: string, heard: CloudEvent | Interruption][] = [];
  private write?: (lines: readonly string[]) => void;
  private silence?: NodeJS.Timeout;
  private finish!: () => void;
  private readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  /** `publicUrl` is the gateway as people reach it. */
  constructor(
    private readonly followers: Followers,
    private readonly publicUrl: string,
  ) {}

  /** `name` is put before the lines when there are several runs. */
  add(run: string, name: string): void {
    const stop = this.followers.watch(run, (heard) => this.hear(run, heard));
    this.watched.set(run, {
      name,
      stop,
      followed: follow(runAddress(this.publicUrl, run), `${this.publicUrl}/api/v1/gates`),
    });
  }

  /** The run was not announced after all. */
  drop(run: string): void {
    this.watched.get(run)?.stop();
    this.watched.delete(run);
  }

  /** Writes what happens; resolves when there is nothing more to tell. */
  start(write: (lines: readonly string[]) => void): Promise<void> {
    const several = this.watched.size > 1;
    this.write = (lines) => write(lines);
    if (!several) for (const watched of this.watched.values()) Object.assign(watched, { name: '' });
    for (const [run, heard] of this.early.splice(0)) this.hear(run, heard);
    this.wait();
    return this.finished;
  }

  stop(): void {
    for (const run of [...this.watched.keys()]) this.drop(run);
    this.wait();
  }

  private hear(run: string, heard: CloudEvent | Interruption): void {
    if (!this.write) return void this.early.push([run, heard]);
    const watched = this.watched.get(run);
    if (!watched) return;
    const prefix = watched.name ? `${watched.name}: ` : '';
    const { followed, lines, ended } =
      typeof heard === 'string'
        ? { followed: watched.followed, lines: [INTERRUPTED[heard], `  ${watched.followed.address}`], ended: true }
        : tell(watched.followed, heard);
    watched.followed = followed;
    if (lines.length > 0) this.write(lines.map((line) => prefix + line));
    if (ended) this.drop(run);
    this.wait();
  }

  private wait(): void {
    clearTimeout(this.silence);
    if (this.watched.size === 0) this.finish();
    else this.silence = setTimeout(() => this.stop(), SILENCE_MS).unref();
  }
}
