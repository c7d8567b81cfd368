import { connect, type ChannelModel } from 'amqplib';

export interface Heard {
  readonly type: string;
  readonly run: string;
  readonly id: string;
}

/** Hears every event as it is published, beside Sluice's own consumers. A restarted broker is listened to again. */
export class EventEar {
  readonly heard: Heard[] = [];
  private model?: ChannelModel;
  private closed = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly url: string) {}

  async open(): Promise<this> {
    this.model = await connect(this.url);
    this.model.on('error', () => undefined);
    this.model.on('close', () => void this.reopen());
    const channel = await this.model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'sluice.events', '#');
    await channel.consume(queue, (message) => message && this.hear(message.content), { noAck: true });
    return this;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.model?.close().catch(() => undefined);
  }

  of(run: string): string[] {
    return this.heard.filter((event) => event.run === run).map(({ type }) => type);
  }

  async until(run: string, type: string, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!this.of(run).includes(type)) {
      if (Date.now() > deadline)
        throw new Error(`no ${type} of run ${run} within ${withinMs / 1000} s; heard ${this.of(run).join(', ')}`);
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
        setTimeout(resolve, 500);
      });
    }
  }

  private hear(content: Buffer): void {
    const event = JSON.parse(content.toString('utf8')) as { type: string; subject: string; id: string };
    // At least once: the sweeper may publish again what was confirmed when its publisher died.
    if (!this.heard.some(({ id }) => id === event.id))
      this.heard.push({ type: event.type, run: event.subject, id: event.id });
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private async reopen(): Promise<void> {
    while (!this.closed) {
      try {
        await this.open();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}
