import type { Bus } from '@sluice/bus';
import { cloudEvent, type CloudEvent, type EventData } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { Follower } from './follower.js';
import { Followers } from './followers.js';

const URL = 'http://sluice';

/** The part of the bus that followers use, worked by hand. */
function aBus(): { followers: Followers; tell: (event: CloudEvent) => void; loseConnection: () => void } {
  let tell!: (event: CloudEvent) => void;
  let loseConnection!: () => void;
  const listen: Bus['listen'] = (_patterns, hear, missed) => ([tell, loseConnection] = [hear, missed!]);
  const followers = new Followers({ listen } as Bus);
  return { followers, tell: (event) => tell(event), loseConnection: () => loseConnection() };
}

const ended = (id: string): CloudEvent =>
  cloudEvent('conductor', 'run.succeeded', {
    run: { id },
    number: 1,
    status: 'succeeded',
  } as EventData<'run.succeeded'>);

describe('a follower', () => {
  it('tells what was said before it started, and finishes with the run', async () => {
    const { followers, tell } = aBus();
    const follower = new Follower(followers, URL);
    follower.add('a', 'main');
    tell(ended('a'));
    const lines: string[] = [];
    await follower.start((more) => lines.push(...more));
    expect(lines).toEqual(['success: the run has succeeded']);
  });

  it('names the branch when there are several, and waits for all of them', async () => {
    const { followers, tell } = aBus();
    const follower = new Follower(followers, URL);
    for (const run of ['a', 'b', 'never announced']) follower.add(run, `branch-${run}`);
    follower.drop('never announced');
    const lines: string[] = [];
    const finished = follower.start((more) => lines.push(...more));
    for (const run of ['b', 'another', 'never announced', 'a']) tell(ended(run));
    await finished;
    expect(lines).toEqual(['branch-b: success: the run has succeeded', 'branch-a: success: the run has succeeded']);
  });

  it('says so and ends when it may have missed something, or the service stops', async () => {
    for (const interrupt of ['loseConnection', 'stop'] as const) {
      const { followers, loseConnection } = aBus();
      const follower = new Follower(followers, URL);
      follower.add('a', 'main');
      const lines: string[] = [];
      const finished = follower.start((more) => lines.push(...more));
      if (interrupt === 'stop') followers.onModuleDestroy();
      else loseConnection();
      await finished;
      expect(lines).toEqual([expect.stringContaining('goes on'), '  http://sluice/runs/a']);
    }
  });

  it('finishes without a word when it is stopped', async () => {
    const { followers } = aBus();
    const follower = new Follower(followers, URL);
    follower.add('a', 'main');
    const finished = follower.start(() => expect.unreachable());
    follower.stop();
    await expect(finished).resolves.toBeUndefined();
  });
});
