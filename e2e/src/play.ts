import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStatus } from '@sluice/contracts';
import { followRun, Visitor, WorkingCopy, type Run } from '@sluice/local';
import type { EventEar } from './events.js';
import { prepareFault } from './fault.js';
import { giteaHook, type Forge } from './forge.js';
import type { Scenario } from './scenario.js';
import { DEVELOPER, layOut, type World } from './world.js';

/** What came of a scenario, to be compared with what it expects. */
export interface Played {
  readonly run: Run;
  readonly events: string[];
  readonly others: RunStatus[];
  readonly serves: Record<string, string[]>;
  readonly failedRequests: string[];
  readonly releases: number;
}

const LIMIT_MS = 150_000;

/** Plays one scenario in a project of its own. */
export async function play(scenario: Scenario, world: World, ear: EventEar, forge: Forge): Promise<Played> {
  const project = `${scenario.name}-${randomUUID().slice(0, 4)}`.slice(-38).replace(/^[^a-z]+/, 'p');
  const copy = new WorkingCopy(join(world.work, project), DEVELOPER);
  try {
    const push =
      scenario.by === 'webhook' ? await elsewhere(project, copy, world, forge) : await here(project, copy, world);
    const before = scenario.before && (await goLive(copy, scenario.before.from, push, world));
    const nodes = before?.nodes ?? [];
    const visitor = nodes.length > 0 ? new Visitor(nodes, '/version').start() : undefined;
    const strike = scenario.fault && (await prepareFault(scenario.fault, world));

    layOut(copy, scenario);
    const runs: string[] = [];
    for (let number = 1; number <= (scenario.racing ?? 1); number++) {
      await copy.commit(`${scenario.title}, ${number}`);
      runs.push(await push());
    }
    const struck = strike?.(runs.at(-1)!, ear);
    const run = await followRun(world.developer, runs.at(-1)!, () => undefined, AbortSignal.timeout(LIMIT_MS));
    await struck;
    await visitor?.stop();

    await ear.until(run.id, `run.${run.status}`, 10_000);
    const others = await Promise.all(
      runs
        .slice(0, -1)
        .map(
          async (id) => (await followRun(world.developer, id, () => undefined, AbortSignal.timeout(LIMIT_MS))).status,
        ),
    );
    const addresses = nodesOf(run).length > 0 ? nodesOf(run) : nodes;
    const releases = await world.developer.get<{ items: unknown[] }>(`/releases?project=${project}`);
    return {
      run,
      events: ear.of(run.id),
      others,
      serves: await ask(addresses, Object.keys(scenario.expect.serves ?? {})),
      failedRequests: visitor?.failures ?? [],
      releases: releases.items.length,
    };
  } finally {
    rmSync(copy.dir, { recursive: true, force: true });
  }
}

type Push = () => Promise<string>;

async function here(project: string, copy: WorkingCopy, { developer }: World): Promise<Push> {
  const { remote } = await developer.post<{ remote: string }>('/projects', { name: project });
  await copy.init(remote);
  return () => copy.pushRun();
}

async function elsewhere(project: string, copy: WorkingCopy, { developer }: World, forge: Forge): Promise<Push> {
  const bare = await forge.create(project);
  const cloneUrl = forge.url(project);
  const { hook } = await developer.post<{ hook: { url: string; secret: string } }>('/projects', {
    name: project,
    cloneUrl,
  });
  await copy.init(bare);
  return async () => {
    await copy.git('push', '--quiet', 'sluice', 'main');
    const commit = (await copy.git('rev-parse', 'HEAD')).trim();
    const forged = await giteaHook(hook.url, 'not the secret', cloneUrl, commit, 'mallory');
    if (forged.status !== 401) throw new Error(`a hook with a wrong signature was answered ${forged.status}`);
    const response = await giteaHook(hook.url, hook.secret, cloneUrl, commit, 'gina');
    if (response.status !== 202) throw new Error(`the hook was answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { run: string }).run;
  };
}

async function goLive(copy: WorkingCopy, from: string, push: Push, world: World): Promise<{ nodes: string[] }> {
  layOut(copy, { from });
  await copy.commit('what was live before');
  const run = await followRun(world.developer, await push(), () => undefined, AbortSignal.timeout(LIMIT_MS));
  if (run.status !== 'succeeded') throw new Error(`what goes before did not go live: ${run.reason}`);
  return { nodes: nodesOf(run) };
}

const nodesOf = (run: Run): string[] =>
  (run.steps.find(({ stage }) => stage === 'deploy')?.result?.addresses ?? []) as string[];

async function ask(nodes: readonly string[], paths: readonly string[]): Promise<Record<string, string[]>> {
  const answers = paths.map(async (path): Promise<[string, string[]]> => [
    path,
    await Promise.all(nodes.map(async (node) => (await fetch(new URL(path, node))).text())),
  ]);
  return Object.fromEntries(await Promise.all(answers));
}
