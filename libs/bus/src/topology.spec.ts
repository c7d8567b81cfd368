import { fake } from '@sluice/testing';
import type { Channel, ChannelModel } from 'amqplib';
import { expect, it } from 'vitest';
import { ensureEventsExchange } from './topology.js';

/** A broker that has the exchange, or not; answers the exchanges that were declared. */
async function declaredOn(isThere: boolean): Promise<string[]> {
  const declared: string[] = [];
  const channel: Channel = fake<Channel>({
    on: () => channel,
    checkExchange: () => (isThere ? Promise.resolve({}) : Promise.reject(new Error('NOT_FOUND'))),
    assertExchange: async (exchange) => (declared.push(exchange), { exchange }),
    close: async () => undefined,
  });
  await ensureEventsExchange(fake<ChannelModel>({ createChannel: async () => channel }));
  return declared;
}

it('declares the exchange on a broker that knows nothing of Sluice, and on no other', async () => {
  expect(await declaredOn(true)).toEqual([]);
  expect(await declaredOn(false)).toEqual(['sluice.events']);
});
