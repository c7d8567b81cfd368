import {
  deadQueue,
  EVENT_CONTENT_TYPE,
  EVENTS_EXCHANGE,
  queuesOf,
  type CloudEvent,
  type Service,
} from '@sluice/contracts';
import { connect, type ConsumeMessage } from 'amqplib';
import { readLab } from './lab.js';

export interface TestBroker {
  /** For the service's `AMQP_URL`. */
  readonly url: string;
  /** Tells an event as another service would. */
  publish(event: CloudEvent): Promise<void>;
  /** Answers a list that grows by every event of these patterns that is told from now on. */
  hear(...patterns: string[]): Promise<CloudEvent[]>;
  /** Deletes the service's queues, and lets go. */
  clean(): Promise<void>;
}

/** The lab's broker, its vhost for tests, without what earlier tests left in the queues of this service. */
export async function aTestBroker(service: Service): Promise<TestBroker> {
  const url = readLab().broker.integrationUrl;
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const deleteQueues = async (): Promise<void> => {
    for (const [queue] of queuesOf(service)) {
      await channel.deleteQueue(queue);
      await channel.deleteQueue(deadQueue(queue));
    }
  };

  await deleteQueues();
  return {
    url,
    publish: async (event) => {
      const properties = { contentType: EVENT_CONTENT_TYPE, messageId: event.id, type: event.type, persistent: true };
      channel.publish(EVENTS_EXCHANGE, event.type, Buffer.from(JSON.stringify(event)), properties);
      await channel.waitForConfirms();
    },
    hear: async (...patterns) => {
      const heard: CloudEvent[] = [];
      const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
      for (const pattern of patterns) await channel.bindQueue(queue, EVENTS_EXCHANGE, pattern);
      const hear = (message: ConsumeMessage | null): void =>
        void (message && heard.push(JSON.parse(message.content.toString()) as CloudEvent));
      await channel.consume(queue, hear, { noAck: true });
      return heard;
    },
    clean: async () => {
      await deleteQueues();
      await connection.close();
    },
  };
}
