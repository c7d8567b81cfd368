import { join } from 'node:path';
import { findSuite, labDir } from '@sluice/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventEar } from './events.js';
import { Forge } from './forge.js';
import { missingInOrder } from './order.plan.js';
import { play } from './play.js';
import { readScenarios } from './scenario.js';
import { enterWorld, untilAllReady, type World } from './world.js';

/** Plays every scenario against a Sluice that runs on a lab: `npm test` starts one, and so does `npm start`. */
const only = process.env.SCENARIO;

describe('Sluice', () => {
  let world: World;
  let ear: EventEar;
  let forge: Forge;

  beforeAll(async () => {
    const suite = findSuite(labDir(process.env.SLUICE_TEST_LAB));
    world = await enterWorld(suite);
    ear = await new EventEar(suite.lab.broker.adminUrl).open();
    forge = await new Forge(join(suite.lab.dir, 'forge')).start();
  });

  afterAll(async () => {
    await ear?.close();
    await forge?.stop();
  });

  for (const scenario of readScenarios().filter(({ name }) => !only || name === only)) {
    it(`${scenario.name}: ${scenario.title}`, { timeout: 240_000 }, async () => {
      const { expect: wanted } = scenario;
      await untilAllReady(world);
      const played = await play(scenario, world, ear, forge);
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
});
