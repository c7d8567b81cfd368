import type { Logger } from '@sluice/runtime';
import { connect, type ChannelModel, type RecoveringChannelModel } from 'amqplib';

/**
 * One AMQP connection that comes back by itself. `setup` runs after every (re)connection and makes channels and consumers
 * anew. A broker that is away at start is waited for like one that goes away later.
 */
export class Connection {
  private recovering?: RecoveringChannelModel;
  private model?: ChannelModel;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly log: Logger,
    private readonly setup: (model: ChannelModel) => Promise<void>,
  ) {}

  get isOpen(): boolean {
    return this.model !== undefined;
  }

  /** Resolves when the first connection stands and is set up. */
  async open(): Promise<void> {
    // Heartbeats find a peer that vanished without closing within 20 s.
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', '10');
    const setup = async (model: ChannelModel): Promise<void> => {
      await this.setup(model);
      this.model = model;
    };
    this.recovering = await connect(url.href, {
      clientProperties: { connection_name: this.name },
      timeout: 10_000,
      recovery: { initialDelay: 100, maxDelay: 3000, setup, waitForConnect: false },
    });
    // Errors are followed by 'disconnect'; an unheard 'error' would end the process.
    this.recovering.on('error', () => undefined);
    this.recovering.on('disconnect', () => (this.model = undefined));
    this.recovering.on('connect-failed', (error) =>
      this.log.warn({ connection: this.name, cause: error.message }, 'broker not reachable'),
    );
    await this.recovering.waitForConnect();
  }

  /** Drops the connection to get a new one: the way out of a channel that the broker closed. */
  reset(): void {
    const model = this.model;
    this.model = undefined;
    model?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.model = undefined;
    await this.recovering?.close().catch(() => undefined);
  }
}
