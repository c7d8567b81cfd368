import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

export const newSigningSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** The headers of Standard Webhooks 1.0: `id` stays the same when the same is sent again. */
export function signedHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
