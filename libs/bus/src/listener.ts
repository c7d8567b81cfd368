import { EVENTS_EXCHANGE, parseEvent, type CloudEvent, type Service } from '@sluice/contracts';
import type { ChannelModel } from 'amqplib';
import { randomUUID } from 'node:crypto';

export interface Listener {
  /** Topic patterns over event types. */
  readonly patterns: readonly string[];
  readonly hear: (event: CloudEvent) => void;
  /** The connection was lost and is back: what was said in between was not heard. */
  readonly missed?: () => void;
}

/** A queue of this process alone that vanishes with its connection. */
export async function attachListener(
  model: ChannelModel,
  service: Service,
  { patterns, hear }: Listener,
): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  const { queue } = await channel.assertQueue(`${service}.live.${randomUUID()}`, {
    exclusive: true,
    autoDelete: true,
    durable: false,
  });
  for (const pattern of patterns) await channel.bindQueue(queue, EVENTS_EXCHANGE, pattern);
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      try {
        hear(parseEvent(message.content));
      } catch {
        // Its durable consumer parks what cannot be read; here there is nobody to tell.
      }
    },
    { noAck: true },
  );
}
