import { describe, expect, it } from 'vitest';
import type { NotifierConfig } from '../notifier.config.js';
import { RefusedAddress, WebhookClient } from './webhook.client.js';

describe('WebhookClient', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'http://１２７.0.0.1/',
  ])('refuses %s without connecting', async (url) => {
    const client = new WebhookClient({ NOTIFIER_ALLOW_PRIVATE: false } as NotifierConfig);
    const sent = client.send({ url, headers: {}, body: '{}' }, new AbortController().signal);
    await expect(sent).rejects.toBeInstanceOf(RefusedAddress);
  });
});
