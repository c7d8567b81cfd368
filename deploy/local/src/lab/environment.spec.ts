import { expect, it } from 'vitest';
import { givenParts } from './environment.js';

it('takes an empty variable for one that is not set', () => {
  expect(givenParts({ DATABASE_URL: '', AMQP_URL: 'amqp://h' })).toEqual({ amqpUrl: 'amqp://h' });
});

it('drops the slash that people write at the end of a registry', () => {
  expect(givenParts({ REGISTRY_URL: 'http://r:5000/' }).registryUrl).toBe('http://r:5000');
});
