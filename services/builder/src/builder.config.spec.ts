import { readConfig } from '@sluice/runtime';
import { describe, expect, it } from 'vitest';
import { BuilderConfig } from './builder.config.js';

const environ = {
  PORT: '0',
  DATABASE_URL: 'postgres://u:p@127.0.0.1/d',
  AMQP_URL: 'amqp://u:p@127.0.0.1',
  REGISTRY_HOST: '127.0.0.1:5000',
  REGISTRY_URL: 'http://127.0.0.1:5000',
  SERVICE_TOKEN: 'sluice_x',
  RECEIVER_URL: 'http://127.0.0.1:4000',
  WORK_DIR: '/var/lib/sluice',
};

describe('BuilderConfig', () => {
  it.each([
    [undefined, false],
    ['false', false],
    ['0', false],
    ['true', true],
  ])('reads BUILDER_ALLOW_FILE=%s as %s', (BUILDER_ALLOW_FILE, allowed) => {
    expect(readConfig(BuilderConfig, { ...environ, BUILDER_ALLOW_FILE }).BUILDER_ALLOW_FILE).toBe(allowed);
  });

  it('names what is wrong', () => {
    const wrong = { ...environ, WORK_DIR: 'work', REGISTRY_HOST: 'http://x', RECEIVER_URL: undefined };
    expect(() => readConfig(BuilderConfig, wrong)).toThrow(/REGISTRY_HOST.*RECEIVER_URL.*WORK_DIR/);
  });
});
