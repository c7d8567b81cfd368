import { deadQueue, UnreadableEvent, type CloudEvent, type Service } from '@sluice/contracts';
import type { Logger } from '@sluice/runtime';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { ATTEMPT_HEADER, attemptOf, fateAfter } from './delivery.plan.js';
import type { Publisher } from './publisher.js';
import { retryExchange } from './topology.js';

export interface Delivery {
  /** Counts from 1. */
  readonly attempt: number;
}

/** How long a stopping service lets short handlers finish. Long ones are let go: their message goes back to the broker. */
const FINISH_MS = 5000;

/** One queue of this service, heard on a channel of its own. At least once: the handler must bear repetition. */
export class Consumer {
  private channel?: Channel;
  private tag?: string;
  private stopping = false;
  private readonly busy = new Set<Promise<void>>();

  constructor(
    private readonly queue: string,
    private readonly prefetch: number,
    private readonly log: Logger,
    private readonly publisher: Publisher,
    private readonly service: Service,
    private readonly parse: (bytes: Uint8Array) => CloudEvent,
    private readonly handle: (event: CloudEvent, delivery: Delivery) => Promise<void>,
    private readonly onParked: (event: CloudEvent | undefined, reason: string) => Promise<void>,
  ) {}

  async attach(model: ChannelModel, reset: () => void): Promise<void> {
    const channel = await model.createChannel();
    channel.on('error', (error: Error) =>
      this.log.warn({ queue: this.queue, cause: error.message }, 'consuming channel closed'),
    );
    channel.on('close', () => {
      if (this.channel === channel && !this.stopping) reset();
    });
    await channel.prefetch(this.prefetch);
    const { consumerTag } = await channel.consume(this.queue, (message) => {
      // The broker cancels a consumer whose queue was deleted or moved; start over.
      if (!message) return reset();
      const work = this.receive(channel, message).finally(() => this.busy.delete(work));
      this.busy.add(work);
    });
    this.channel = channel;
    this.tag = consumerTag;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.tag) await this.channel?.cancel(this.tag).catch(() => undefined);
    const finished = Promise.allSettled(this.busy);
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, FINISH_MS).unref())]);
  }

  private async receive(channel: Channel, message: ConsumeMessage): Promise<void> {
    const attempt = attemptOf(message.properties.headers);
    let event: CloudEvent | undefined;
    try {
      event = this.parse(message.content);
      await this.handle(event, { attempt });
    } catch (error) {
      if (this.stopping) return; // Unacknowledged: another worker gets it.
      const moved = await this.moveAside(message, event, attempt, error as Error).catch((failure: Error) => failure);
      if (moved instanceof Error) {
        this.log.warn({ queue: this.queue, cause: moved.message }, 'message not moved aside, it comes back');
        await new Promise((resolve) => setTimeout(resolve, 1000).unref());
        return settle(() => channel.nack(message, false, true));
      }
    }
    settle(() => channel.ack(message));
  }

  private async moveAside(
    message: ConsumeMessage,
    event: CloudEvent | undefined,
    attempt: number,
    error: Error,
  ): Promise<void> {
    const fate = error instanceof UnreadableEvent ? 'dead' : fateAfter(attempt);
    const headers = { ...message.properties.headers, [ATTEMPT_HEADER]: attempt + 1 };
    const messageId = String(message.properties.messageId ?? event?.id ?? '');
    const fields = { queue: this.queue, event: event?.type, runId: event?.subject, attempt };
    if (fate === 'dead') {
      this.log.error({ ...fields, err: error }, 'message parked');
      await this.onParked(event, error.message);
      const parked = {
        ...headers,
        'x-sluice-reason': error.message.slice(0, 1000),
        'x-sluice-parked-at': new Date().toISOString(),
      };
      await this.publisher.send(this.service, deadQueue(this.queue), message.content, { messageId, headers: parked });
    } else {
      this.log.warn(
        { ...fields, err: error, retryAfterSeconds: fate.retryAfterSeconds },
        'message failed, will be retried',
      );
      await this.publisher.send(retryExchange(this.service, fate.retryAfterSeconds), this.queue, message.content, {
        messageId,
        headers,
      });
    }
  }
}

/** A closed channel cannot acknowledge; the broker has taken the message back by then. */
function settle(acknowledge: () => void): void {
  try {
    acknowledge();
  } catch {
    // Nothing to settle any more.
  }
}
