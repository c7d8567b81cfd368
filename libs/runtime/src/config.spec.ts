import { IsBoolean, IsInt, Min } from 'class-validator';
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { BadConfig, BaseConfig, readConfig } from './config.js';

class Config extends BaseConfig {
  @IsInt() @Min(1) readonly SLOTS: number = 2;
  @IsBoolean() readonly LOUD: boolean = false;
}
const GOOD = { PORT: '8080', DATABASE_URL: 'postgres://a:b@localhost/c', AMQP_URL: 'amqp://a:b@localhost' };

describe('readConfig', () => {
  it('converts what is written and fills in the rest', () => {
    expect(readConfig(Config, { ...GOOD, SLOTS: '4' })).toMatchObject({
      PORT: 8080,
      SLOTS: 4,
      LOUD: false,
      HOST: '127.0.0.1',
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig(Config, { ...GOOD, SLOTS: '' }).SLOTS).toBe(2);
  });

  it('names every problem at once, and shows no value', () => {
    const read = (): Config => readConfig(Config, { PORT: 'http', DATABASE_URL: 'swordfish', SLOTS: '0' });
    expect(read).toThrow(BadConfig);
    try {
      read();
    } catch (error) {
      const { problems } = error as BadConfig;
      expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
        'AMQP_URL',
        'DATABASE_URL',
        'PORT',
        'SLOTS',
      ]);
      expect(problems.join()).not.toContain('swordfish');
    }
  });
});
