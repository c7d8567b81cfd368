import { Inject, Injectable } from '@nestjs/common';
import { deadQueue, queuesOf } from '@sluice/contracts';
import { BaseConfig, notFound, SERVICE, type ServiceName } from '@sluice/runtime';
import { connect, type Channel, type GetMessage } from 'amqplib';
import { ATTEMPT_HEADER } from './delivery.plan.js';

export interface ParkedMessage {
  readonly queue: string;
  readonly id: string;
  readonly event: string;
  readonly run?: string;
  readonly reason: string;
  readonly parkedAt?: string;
}

/** The most that one look shows; an admin who has more parked than this has another problem first. */
const LOOK_LIMIT = 100;

/** The messages that this service gave up on. Rarely used, so each call has a connection of its own. */
@Injectable()
export class ParkedMessages {
  constructor(
    private readonly config: BaseConfig,
    @Inject(SERVICE) private readonly service: ServiceName,
  ) {}

  list(): Promise<ParkedMessage[]> {
    return this.look(async (channel) => {
      const parked: ParkedMessage[] = [];
      // Taken without acknowledging: closing the channel puts them back.
      for (const [queue] of queuesOf(this.service)) {
        for (const message of await take(channel, queue)) parked.push(describe(queue, message));
      }
      return parked;
    });
  }

  /** Sends a parked message to its queue again, as if it came for the first time. */
  redrive(id: string): Promise<ParkedMessage> {
    return this.look(async (channel) => {
      for (const [queue] of queuesOf(this.service)) {
        const message = (await take(channel, queue)).find(({ properties }) => properties.messageId === id);
        if (!message) continue;
        await new Promise<void>((resolve, reject) =>
          channel.publish(
            this.service,
            queue,
            message.content,
            {
              persistent: true,
              mandatory: true,
              messageId: id,
              contentType: message.properties.contentType,
              headers: { [ATTEMPT_HEADER]: 1 },
            },
            (error) => (error ? reject(error as Error) : resolve()),
          ),
        );
        channel.ack(message);
        return describe(queue, message);
      }
      throw notFound('parked message', id);
    });
  }

  private async look<T>(
    act: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>) => Promise<T>,
  ): Promise<T> {
    const connection = await connect(this.config.AMQP_URL);
    try {
      const channel = await connection.createConfirmChannel();
      const result = await act(channel);
      await channel.close();
      return result;
    } finally {
      await connection.close().catch(() => undefined);
    }
  }
}

async function take(channel: Channel, queue: string): Promise<GetMessage[]> {
  const messages: GetMessage[] = [];
  for (
    let message = await channel.get(deadQueue(queue));
    message && messages.length < LOOK_LIMIT;
    message = await channel.get(deadQueue(queue))
  ) {
    messages.push(message);
  }
  return messages;
}

function describe(queue: string, { content, properties }: GetMessage): ParkedMessage {
  const event = parseOrNothing(content);
  return {
    queue,
    id: String(properties.messageId),
    event: String(event.type ?? 'unreadable'),
    run: event.subject as string | undefined,
    reason: String(properties.headers?.['x-sluice-reason'] ?? 'its consumer crashed on it again and again'),
    parkedAt: properties.headers?.['x-sluice-parked-at'] as string | undefined,
  };
}

function parseOrNothing(content: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(content.toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
