import { describe, expect, it } from 'vitest';
import { EVENTS } from './events.js';
import { QUEUES, queuesOf } from './queues.js';
import { SERVICES, STAGES, STAGE_NAMES } from './stages.js';
import { RUN_STATUSES, runCan, runHasEnded } from './statuses.js';

/** Topic patterns of AMQP 0-9-1, as far as we use them. */
const matches = (pattern: string, type: string): boolean => pattern === '#' || pattern === type;

describe('the catalogue', () => {
  it('has somebody for every request and an ear for every outcome', () => {
    for (const stage of STAGE_NAMES) {
      const takers = Object.values(QUEUES).filter(({ binds }) => binds.includes(`${stage}.requested`));
      expect(takers.map(({ by }) => by)).toEqual([STAGES[stage].by]);
      for (const outcome of ['started', 'succeeded', 'failed'])
        expect(QUEUES['conductor.events']!.binds).toContain(`${stage}.${outcome}`);
    }
  });

  it('lets no event fall on deaf ears', () => {
    for (const type of Object.keys(EVENTS)) {
      expect(
        Object.values(QUEUES).some(({ binds }) => binds.some((pattern) => matches(pattern, type))),
        type,
      ).toBe(true);
    }
  });

  it('names each queue after its one consumer', () => {
    for (const service of SERVICES)
      for (const [queue] of queuesOf(service)) expect(queue.startsWith(`${service}.`)).toBe(true);
  });

  it('keeps stage limits below what the broker lets a consumer hold a message', () => {
    for (const { timeoutMinutes } of Object.values(STAGES)) expect(timeoutMinutes).toBeLessThan(120);
  });
});

describe('run statuses', () => {
  it('let an ended run do nothing but be tried again', () => {
    for (const status of RUN_STATUSES.filter(runHasEnded)) {
      expect(runCan('cancel', status)).toBe(false);
      expect(runCan('decide', status)).toBe(false);
    }
    expect(RUN_STATUSES.filter((status) => runCan('retry', status))).toEqual(['failed', 'canceled']);
  });
});
