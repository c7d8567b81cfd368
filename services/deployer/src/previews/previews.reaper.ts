import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, type Logger } from '@sluice/runtime';
import { Previews } from './previews.service.js';

const EVERY_MS = 30_000;

/** Previews end by themselves, also those whose run was lost on the way. */
@Injectable()
export class PreviewsReaper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private reaping: Promise<void> = Promise.resolve();

  constructor(
    private readonly previews: Previews,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.reaping = this.reaping.then(() => this.reap())), EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.reaping;
  }

  private async reap(): Promise<void> {
    await this.previews.reapAll().catch((error: Error) => {
      this.log.warn({ cause: error.message }, 'previews not reaped');
    });
  }
}
