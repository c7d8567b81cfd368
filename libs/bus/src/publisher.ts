import { EVENT_CONTENT_TYPE, EVENTS_EXCHANGE, type CloudEvent } from '@sluice/contracts';
import type { Logger } from '@sluice/runtime';
import type { ConfirmChannel, Options } from 'amqplib';
import { Connection } from './connection.js';

/** The broker did not take the message; it is still ours. */
export class NotPublished extends Error {
  override readonly name = 'NotPublished';
}

/** Publishes with confirms on a connection of its own: a broker that blocks publishers does not stop consumers. */
export class Publisher {
  private channel?: ConfirmChannel;
  private readonly returned = new Set<string>();
  private readonly connection: Connection;

  constructor(url: string, name: string, log: Logger) {
    this.connection = new Connection(url, `${name}.publish`, log, async (model) => {
      const channel = await model.createConfirmChannel();
      channel.on('error', (error) => log.warn({ cause: error.message }, 'publishing channel closed'));
      channel.on('close', () => {
        if (this.channel !== channel) return;
        this.channel = undefined;
        this.connection.reset();
      });
      channel.on('return', (message) => this.returned.add(String(message.properties.messageId)));
      this.channel = channel;
    });
  }

  get isOpen(): boolean {
    return this.channel !== undefined && this.connection.isOpen;
  }

  open = (): Promise<void> => this.connection.open();
  close = (): Promise<void> => this.connection.close();

  event(event: CloudEvent): Promise<void> {
    return this.send(EVENTS_EXCHANGE, event.type, Buffer.from(JSON.stringify(event)), {
      messageId: event.id,
      type: event.type,
    });
  }

  /** Resolves when the broker has confirmed and routed it; throws `NotPublished` otherwise. */
  async send(exchange: string, key: string, content: Buffer, options: Options.Publish): Promise<void> {
    const channel = this.channel;
    if (!channel) throw new NotPublished('not connected to the broker');
    await new Promise<void>((resolve, reject) => {
      // A lost connection rejects this callback, too: amqplib fails what is unconfirmed when the channel closes.
      channel.publish(
        exchange,
        key,
        content,
        { persistent: true, mandatory: true, contentType: EVENT_CONTENT_TYPE, ...options },
        (error) => (error ? reject(new NotPublished(`${exchange} ${key}: ${(error as Error).message}`)) : resolve()),
      );
    });
    // An unroutable message is returned before it is confirmed.
    if (options.messageId && this.returned.delete(options.messageId))
      throw new NotPublished(`${exchange} ${key}: no queue is bound`);
  }
}
