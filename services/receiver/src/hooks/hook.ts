import type { PushSource } from '@sluice/contracts';
import type { Payload } from './payload.js';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;
export type Forge = Exclude<PushSource, 'git'>;

/** What a forge said, in our words. */
export type Hook =
  | {
      readonly kind: 'push';
      readonly ref: string;
      readonly before: string;
      readonly commit: string;
      /** The login that the forge vouches for, never a commit's author. */
      readonly pusher: string;
      readonly subject: string;
      /** Every address under which the forge knows the repository. */
      readonly repository: readonly string[];
    }
  | { readonly kind: 'deleted'; readonly ref: string; readonly before: string; readonly repository: readonly string[] }
  | { readonly kind: 'ignored'; readonly reason: string };

/** How one forge signs and speaks. */
export interface Provider {
  readonly source: Forge;
  readonly eventHeader: string;
  /** Where the id of a delivery is, the best first. */
  readonly deliveryHeaders: readonly string[];
  /** Whether whoever sent these bytes knows the secret. Takes as long whatever is wrong. */
  authentic(headers: Headers, body: Buffer, secret: string): boolean;
  /** Throws `BadPayload` when the forge would not say it so. */
  parse(event: string, payload: Payload): Hook;
}

export const one = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};
