import { join } from 'node:path';
import {
  Api,
  CHECKOUT,
  followRun,
  planEnvironments,
  seconds,
  seedEnvironments,
  seedUser,
  tookMs,
  Visitor,
  WorkingCopy,
  type Run,
  type RunningSuite,
  type Step,
} from '../suite/index.js';
import type { painter } from '../suite/terminal.js';

interface Stage {
  readonly paint: ReturnType<typeof painter>;
  readonly signal: AbortSignal;
}

export interface Played {
  readonly ok: boolean;
  /** The last line of the demo: what became of each version. */
  readonly line: string;
  readonly addresses: string[];
}

const PROJECT = 'shop';
const PASSWORD = 'swordfish-and-chips'; // Everything here is thrown away with the demo.

/** Three pushes: one that goes live, one that replaces it unnoticed, one that is taken back. */
export async function playDemo(suite: RunningSuite, { paint, signal }: Stage): Promise<Played> {
  const say = (text = ''): void => void process.stdout.write(`${text}\n`);
  const admin = await Api.login(suite.url, 'admin', suite.keys.adminPassword);
  await seedEnvironments(admin, planEnvironments(suite.lab, 1));
  const developer = await seedUser(admin, { name: 'dana', password: PASSWORD, preset: 'developer' });
  await seedUser(admin, { name: 'tess', password: PASSWORD, preset: 'tester' });
  const operator = await seedUser(admin, { name: 'oleg', password: PASSWORD, preset: 'operator' });
  const { remote } = await developer.post<{ remote: string }>('/projects', { name: PROJECT });
  const copy = new WorkingCopy(join(suite.lab.dir, 'work', PROJECT), { name: 'dana', password: PASSWORD });
  await copy.init(remote);
  say();
  say(`${paint('bold', 'Sluice')} runs at ${suite.url}. People: dana (developer), tess (tester), oleg (operator).`);

  const push = async (version: string): Promise<Run> => {
    await copy.commitFolder(join(CHECKOUT, 'examples', PROJECT, version), `shop ${version}`);
    say();
    say(`${paint('dim', '$')} ${paint('bold', `git push sluice main`)}   ${paint('dim', `# ${version}, by dana`)}`);
    const id = await copy.pushRun();
    const run = await followRun(developer, id, (step) => told(step), signal);
    say(
      run.status === 'succeeded'
        ? paint('green', `  run ${run.number} succeeded`)
        : paint('red', `  run ${run.number} ${run.status}: ${run.reason}`),
    );
    return run;
  };

  const told = async (step: Step): Promise<void> => {
    if (step.status === 'waiting') {
      say(`  ${'gate'.padEnd(8)} ${step.environment.padEnd(5)} ${paint('yellow', 'oleg approves')}`);
      await operator.post(`/gates/${step.id}/approve`, { note: 'demo' });
    } else if (step.kind === 'stage' && ['succeeded', 'failed'].includes(step.status)) {
      const mark = step.status === 'succeeded' ? paint('green', '✓') : paint('red', '✗');
      say(
        `${mark} ${step.stage!.padEnd(8)} ${step.environment.padEnd(5)} ${seconds(tookMs(step)).padStart(7)}  ${paint('dim', resultOf(step))}`,
      );
      for (const line of step.failure?.evidence?.lastLogLines ?? []) say(`    ${paint('dim', '│')} ${line}`);
    }
  };

  const v1 = await push('v1');
  const nodes = (v1.steps.find(({ stage }) => stage === 'deploy')?.result?.addresses ?? []) as string[];
  const visitor = new Visitor(nodes, '/version').start();
  let v2: Run;
  let v3: Run;
  try {
    v2 = await push('v2');
    say(`  ${visitor.requests} requests meanwhile, ${visitor.failures.length} failed`);
    v3 = await push('v3');
    say(`  ${visitor.requests} requests meanwhile, ${visitor.failures.length} failed`);
  } finally {
    await visitor.stop();
  }

  const stillServed = await Promise.all(
    nodes.map(async (node) => (await fetch(`${node}/version`)).text().then((text) => text.trim())),
  );
  say(`  served now: ${nodes.map((node, index) => `${node} ${stillServed[index]}`).join(', ')}`);
  for (const failure of visitor.failures.slice(0, 5)) say(paint('red', `  failed request: ${failure}`));
  return judge(
    {
      v1,
      v2,
      v3,
      failed: visitor.failures.length,
      v2Serves: nodes.length > 0 && stillServed.every((version) => version === 'v2'),
    },
    [
      `${suite.url}   (sign in as dana, tess or oleg with ${PASSWORD}, or as admin with ${suite.keys.adminPassword})`,
      ...nodes.map((node) => `${node}   the shop, on one of the swarm's nodes`),
      `git clone ${remote}   (in ${copy.dir} is a working copy)`,
    ],
  );
}

function resultOf({ stage, result, failure }: Step): string {
  if (failure) return failure.message;
  if (stage === 'build') return (result?.images as { digest: string }[])[0]!.digest.slice(0, 19);
  if (stage === 'preview') return String(result?.address ?? '');
  if (stage === 'test') return `${String(result?.passed)} passed`;
  if (stage === 'deploy') return `release ${String(result?.release)}: ${(result?.addresses as string[]).join(' ')}`;
  return '';
}

interface Outcome {
  readonly v1: Run;
  readonly v2: Run;
  readonly v3: Run;
  readonly failed: number;
  readonly v2Serves: boolean;
}

function judge({ v1, v2, v3, failed, v2Serves }: Outcome, addresses: string[]): Played {
  const rollback = v3.steps.find(({ stage }) => stage === 'deploy')?.failure;
  const rolledBack = v3.status === 'failed' && rollback?.evidence?.rolledBackToRelease !== undefined && v2Serves;
  const live = v1.finishedAt ? seconds(Date.parse(v1.finishedAt) - Date.parse(v1.createdAt)) : 'never';
  const line = `demo: v1 ${v1.status}, v2 ${v2.status} (${failed} failed requests), v3 ${rolledBack ? 'rolled back' : v3.status}; push to live ${live}`;
  return { ok: v1.status === 'succeeded' && v2.status === 'succeeded' && failed === 0 && rolledBack, line, addresses };
}
