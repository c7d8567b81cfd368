import { BadConfig, readConfig } from '@sluice/runtime';
import { describe, expect, it } from 'vitest';
import { NotifierConfig } from './notifier.config.js';

const environ = { PORT: '0', DATABASE_URL: 'postgres://db/x', AMQP_URL: 'amqp://broker' };

describe('NOTIFIER_ALLOW_PRIVATE', () => {
  it.each([
    [undefined, false],
    ['false', false],
    ['true', true],
  ])('reads %j as %s', (text, allowed) => {
    expect(readConfig(NotifierConfig, { ...environ, NOTIFIER_ALLOW_PRIVATE: text }).NOTIFIER_ALLOW_PRIVATE).toBe(
      allowed,
    );
  });

  it('refuses what is neither', () => {
    expect(() => readConfig(NotifierConfig, { ...environ, NOTIFIER_ALLOW_PRIVATE: 'yes' })).toThrow(BadConfig);
  });
});
