import { Injectable } from '@nestjs/common';
import { lookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { NotifierConfig } from '../notifier.config.js';
import { isPublicAddress } from './address.plan.js';

export interface Message {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/** The target is an address that webhooks must not reach. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor() {
    super('the target is a loopback, private or link-local address');
  }
}

/** Sends one webhook. What people enter as an address must not become a way into our network. */
@Injectable()
export class WebhookClient {
  constructor(private readonly config: NotifierConfig) {}

  /** Resolves with the response's code, whatever it is; the rest of the response is not looked at. Follows no redirect. */
  send({ url: text, headers, body }: Message, signal: AbortSignal): Promise<number> {
    const url = new URL(text);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // An address needs no lookup, so it is checked here; a name is checked where it becomes one.
    if (isIP(literal) && !this.permits(literal)) return Promise.reject(new RefusedAddress());

    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false, // A connection of its own, so that the address that was checked is the one that is used.
      lookup: this.lookup,
      signal,
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
      const late = new Error(`no answer within ${TIMEOUT_MS / 1000} s`);
      const timer = setTimeout(() => request.destroy(late), TIMEOUT_MS);
      request.once('close', () => clearTimeout(timer));
      request.once('response', (response) => {
        resolve(response.statusCode!);
        request.destroy();
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Asked by the socket right before it connects: there is no moment in which a name could change what it means. */
  private readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), '', 0);
      // One bad answer among good ones is an attack or a mistake; neither is sent to.
      if (!addresses.every(({ address }) => this.permits(address))) return callback(new RefusedAddress(), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };

  private permits(address: string): boolean {
    return this.config.NOTIFIER_ALLOW_PRIVATE || isPublicAddress(address);
  }
}
