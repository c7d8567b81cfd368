import { join } from 'node:path';
import { findSuite, labDir } from '@sluice/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventEar } from './events.js';
import { Forge } from './forge.js';
import { missingInOrder } from './order.plan.js';
import { play } from './play.js';
import { readScenarios } from './scenario.js';
import { Subscriber } from './subscriber.js';
import { until } from './until.js';
import { enterWorld, untilAllReady, type World } from './world.js';

/** Plays every scenario against a Sluice that runs on a lab: `npm test` starts one, and so does `npm start`. */
const only = process.env.SCENARIO;

describe('Sluice', () => {
  let world: World;
  let ear: EventEar;
  let forge: Forge;
  let subscriber: Subscriber;
  const ended: { run: string; status: string }[] = [];

  beforeAll(async () => {
    const suite = findSuite(labDir(process.env.SLUICE_TEST_LAB));
    world = await enterWorld(suite);
    ear = await new EventEar(suite.lab.broker.adminUrl).open();
    forge = await new Forge(join(suite.lab.dir, 'forge')).start();
    subscriber = await new Subscriber().subscribe(world.admin);
  });

  afterAll(async () => {
    await ear?.close();
    await forge?.stop();
    await subscriber?.stop();
  });

  for (const scenario of readScenarios().filter(({ name }) => !only || name === only)) {
    it(`${scenario.name}: ${scenario.title}`, { timeout: 240_000 }, async () => {
      const { expect: wanted } = scenario;
      await untilAllReady(world);
      const played = await play(scenario, world, ear, forge);
      ended.push({ run: played.run.id, status: played.run.status });
      expect(played.run.status, played.run.reason ?? '').toBe(wanted.status);
      if (wanted.reason) expect(played.run.reason).toMatch(new RegExp(wanted.reason, 's'));
      expect(missingInOrder(wanted.events, played.events), 'missing').toBeUndefined();
      for (const never of wanted.never ?? []) expect(played.events).not.toContain(never);
      for (const [path, text] of Object.entries(wanted.serves ?? {})) {
        expect(played.serves[path]!.length).toBeGreaterThan(0);
        for (const answer of played.serves[path]!) expect(answer).toContain(text);
      }
      expect(played.others).toEqual(wanted.others ?? []);
      expect(played.failedRequests.slice(0, 3)).toHaveLength(wanted.failedRequests ?? 0);
      // However often it was repeated, a deploy is one release.
      const deployed = played.events.filter((type) => type === 'deploy.requested').length;
      expect(played.releases).toBe(deployed + (scenario.before ? 1 : 0));
    });
  }

  it('tells a subscriber how every one of these runs ended, signed', { timeout: 60_000 }, async () => {
    await until(() => ended.every(({ run }) => subscriber.ended.has(run)), 30_000);
    expect(ended.map(({ run }) => subscriber.ended.get(run))).toEqual(ended.map(({ status }) => status));
    expect(subscriber.forged).toBe(0);
  });
});
