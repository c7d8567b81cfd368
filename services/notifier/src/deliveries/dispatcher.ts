import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EVENT_CONTENT_TYPE } from '@sluice/contracts';
import { readKey, unseal } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import { NotifierConfig } from '../notifier.config.js';
import { nextDelaySeconds, wasReceived } from './backoff.plan.js';
import { DeliveriesRepository, type Claimed, type Outcome } from './deliveries.repository.js';
import { signedHeaders } from './signature.js';
import { WebhookClient } from './webhook.client.js';

/** Targets that are sent to at the same time. Waiting for an answer costs a socket and little else. */
const MOST_AT_ONCE = 32;
const SWEEP_EVERY_MS = 1000;
const FORGET_EVERY_MS = 3_600_000;

/** Sends what is due. Whoever adds a delivery calls `wake`; the sweep finds retries and what a crash left. */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly key: Buffer;
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private readonly timers: NodeJS.Timeout[] = [];
  private looking?: Promise<void>;
  private lookAgain = false;

  constructor(
    config: NotifierConfig,
    private readonly deliveries: DeliveriesRepository,
    private readonly webhooks: WebhookClient,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.key = readKey(config.SECRETS_KEY);
  }

  onApplicationBootstrap(): void {
    this.timers.push(
      setInterval(() => this.wake(), SWEEP_EVERY_MS),
      setInterval(() => void this.deliveries.forgetOld().catch(() => undefined), FORGET_EVERY_MS),
    );
  }

  /** Nobody waits for a target at the end: what is under way is given back. */
  async onModuleDestroy(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.stopping.abort();
    await this.looking;
    await Promise.all(this.sending);
  }

  wake(): void {
    this.lookAgain = true;
    this.looking ??= this.look().then(() => {
      this.looking = undefined;
      // Woken between its last look and here.
      if (this.lookAgain && !this.stopping.signal.aborted) this.wake();
    });
  }

  private async look(): Promise<void> {
    while (this.lookAgain && !this.stopping.signal.aborted) {
      this.lookAgain = false;
      try {
        const free = MOST_AT_ONCE - this.sending.size;
        const claimed = free > 0 ? await this.deliveries.claim(free) : [];
        for (const delivery of claimed) this.begin(delivery);
      } catch (error) {
        this.log.warn({ err: error }, 'deliveries not claimed');
      }
    }
  }

  private begin(delivery: Claimed): void {
    const sending = this.deliver(delivery)
      .catch((error: Error) => this.log.warn({ err: error, delivery: delivery.id }, 'delivery not recorded'))
      .finally(() => {
        this.sending.delete(sending);
        this.wake(); // The target is free for its next.
      });
    this.sending.add(sending);
  }

  private async deliver(delivery: Claimed): Promise<void> {
    const outcome = await this.attempt(delivery);
    if (!outcome) return this.deliveries.release(delivery);
    await this.deliveries.finish(delivery, outcome);
    const { status, responseCode, error } = outcome;
    this.log.info({ delivery: delivery.id, attempt: delivery.attempts, status, responseCode, error }, 'webhook sent');
  }

  /** Undefined when the attempt was cut off by our own end. */
  private async attempt({ url, subscription, secret, event, attempts }: Claimed): Promise<Outcome | undefined> {
    const body = JSON.stringify(event);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = {
      ...signedHeaders(unseal(this.key, `subscription:${subscription}`, secret), event.id, seconds, body),
      'content-type': EVENT_CONTENT_TYPE,
      'user-agent': 'sluice',
    };
    try {
      const responseCode = await this.webhooks.send({ url, headers, body }, this.stopping.signal);
      if (wasReceived(responseCode)) return { status: 'succeeded', responseCode };
      return { ...orLater(attempts), responseCode, error: `answered ${responseCode}` };
    } catch (error) {
      if (this.stopping.signal.aborted) return undefined;
      return { ...orLater(attempts), error: reasonOf(error as Error) };
    }
  }
}

function orLater(attempts: number): Pick<Outcome, 'status' | 'nextDelaySeconds'> {
  const seconds = nextDelaySeconds(attempts);
  return seconds === undefined ? { status: 'failed' } : { status: 'pending', nextDelaySeconds: seconds };
}

/** Several addresses that all refuse make an error without a message of its own. */
const reasonOf = (error: Error & { code?: string }): string =>
  (error.message || error.code || error.name).slice(0, 500);
