import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '@sluice/bus';
import { LOGGER, type Logger } from '@sluice/runtime';
import { EventsRepository, type HeardEvent } from './events.repository.js';

const PAGE = 200;
/** For events that another replica wrote down; our own wake the readers at once. */
const LOOK_EVERY_MS = 500;
const FORGET_EVERY_MS = 3_600_000;

/** Writes down what is heard and lets any number of readers follow it, each from where it was. */
@Injectable()
export class EventFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sleepers = new Set<() => void>();
  private written = 0;
  private closed = false;
  private forgetting?: NodeJS.Timeout;

  constructor(
    private readonly events: EventsRepository,
    bus: Bus,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    // One at a time: what the broker tells in order is written in order. `consume` rather than `handle`: the row is its
    // own record of having been heard, and readers are woken after the commit.
    bus.consume('gateway.events', 1, async (event) => {
      await this.events.add(event);
      this.written++;
      this.wake();
    });
  }

  onApplicationBootstrap(): void {
    const forget = (): void =>
      void this.events.forgetOld().catch((error: Error) => this.log.warn({ err: error }, 'old events not removed'));
    forget();
    this.forgetting = setInterval(forget, FORGET_EVERY_MS);
  }

  /** Readers end before the server cuts their connections. */
  onModuleDestroy(): void {
    clearInterval(this.forgetting);
    this.closed = true;
    this.wake();
  }

  /** From here on when no position is given. An empty page says that it is quiet. Ends with `signal` or the service. */
  async *follow(position: string | undefined, signal: AbortSignal): AsyncGenerator<HeardEvent[]> {
    let after = position ?? (await this.events.latestId());
    while (!this.closed && !signal.aborted) {
      const { written } = this;
      const page = await this.events.after(after, PAGE);
      after = page.at(-1)?.id ?? after;
      yield page;
      // What was written while we looked is looked for again before sleeping.
      if (page.length === 0 && written === this.written) await this.sleep(signal);
    }
  }

  private async sleep(signal: AbortSignal): Promise<void> {
    if (this.closed || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, LOOK_EVERY_MS);
      signal.addEventListener('abort', wake);
      this.sleepers.add(wake);
    });
  }

  private wake(): void {
    for (const wake of [...this.sleepers]) wake();
  }
}
