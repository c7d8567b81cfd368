import { deadQueue, EVENTS_EXCHANGE, queuesOf, type Service } from '@sluice/contracts';
import type { Channel, ChannelModel } from 'amqplib';
import { RETRY_DELAYS_SECONDS } from './delivery.plan.js';

/** Messages that crash their consumer come back by the broker; this ends the loop. Handled failures are counted by us. */
const DELIVERY_LIMIT = 20;

export const retryExchange = (service: Service, seconds: number): string => `${service}.retry.${seconds}s`;

/**
 * The exchange comes with the broker's definitions, which let no service declare it; a broker that knows nothing of Sluice gets
 * it from whoever is first.
 */
export async function ensureEventsExchange(model: ChannelModel): Promise<void> {
  const look = await model.createChannel();
  look.on('error', () => undefined); // The broker closes a channel that asks for what is not there.
  const isThere = await look.checkExchange(EVENTS_EXCHANGE).then(
    () => true,
    () => false,
  );
  if (isThere) return look.close();
  const channel = await model.createChannel();
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true });
  await channel.close();
}

/**
 * Declares what a service consumes: its direct exchange (routing key = queue), its quorum queues with their dead queues,
 * and the retry ladder. A retry queue keeps the routing key of what it holds, so when its time is up the message goes
 * back to the very queue it came from, and to no other consumer.
 */
export async function declareTopology(channel: Channel, service: Service): Promise<void> {
  await channel.assertExchange(service, 'direct', { durable: true });
  for (const seconds of RETRY_DELAYS_SECONDS) {
    const name = retryExchange(service, seconds);
    await channel.assertExchange(name, 'fanout', { durable: true });
    await channel.assertQueue(name, {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-message-ttl': seconds * 1000,
        'x-dead-letter-exchange': service,
        ...KEEP,
      },
    });
    await channel.bindQueue(name, name, '');
  }

  for (const [queue, binds] of queuesOf(service)) {
    const dead = deadQueue(queue);
    await channel.assertQueue(dead, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(dead, service, dead);
    await channel.assertQueue(queue, {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': DELIVERY_LIMIT,
        'x-dead-letter-exchange': service,
        'x-dead-letter-routing-key': dead,
        ...KEEP,
      },
    });
    await channel.bindQueue(queue, service, queue);
    for (const pattern of binds) await channel.bindQueue(queue, EVENTS_EXCHANGE, pattern);
  }
}

/** A dead-lettered message is removed only when its new queue has it; the broker asks for this overflow mode with it. */
const KEEP = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } as const;
