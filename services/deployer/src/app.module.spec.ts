import { routesWithoutPolicy } from '@sluice/testing';
import { expect, it } from 'vitest';
import { AppModule } from './app.module.js';

it('says of every route who may use it', () => {
  expect(routesWithoutPolicy(AppModule)).toEqual([]);
});
