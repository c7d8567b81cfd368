import { connect, type ChannelModel } from 'amqplib';

/** When each stage was asked for and when its worker began, by the services' own clocks. */
export class EventTimes {
  private readonly requested = new Map<string, number>();
  private readonly started = new Map<string, number>();
  private model?: ChannelModel;

  constructor(private readonly url: string) {}

  async open(): Promise<this> {
    this.model = await connect(this.url);
    const channel = await this.model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const key of ['*.requested', '*.started']) await channel.bindQueue(queue, 'sluice.events', key);
    await channel.consume(
      queue,
      (message) => {
        if (!message) return;
        const event = JSON.parse(message.content.toString('utf8')) as {
          type: string;
          time: string;
          data: { step: string };
        };
        (event.type.endsWith('.requested') ? this.requested : this.started).set(
          event.data.step,
          Date.parse(event.time),
        );
      },
      { noAck: true },
    );
    return this;
  }

  clear(): void {
    this.requested.clear();
    this.started.clear();
  }

  /** Milliseconds from the request to the claim, for each step that was heard of twice. */
  latencies(): number[] {
    return [...this.requested].flatMap(([step, at]) => (this.started.has(step) ? [this.started.get(step)! - at] : []));
  }

  async close(): Promise<void> {
    await this.model?.close();
  }
}
