import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  Api,
  CHECKOUT,
  followRun,
  planEnvironments,
  seedEnvironments,
  seedUser,
  tookMs,
  WorkingCopy,
  type Run,
  type RunningSuite,
} from '@sluice/local';
import type { Benchmark } from './bench.js';
import { writeDockerConfig } from './docker-config.js';
import { EventTimes } from './event-times.js';
import { median, quantile, round } from './statistics.js';

const exec = promisify(execFile);
const LOGIN = { name: 'dana', password: 'swordfish-and-chips' };
const STAGES = ['build', 'preview', 'promote', 'test', 'deploy'] as const;

/** From a push that was accepted to the last task that runs, beside a plain shell script on the same engines. */
export const pushToLive: Benchmark = async ({ report, runs = 5, startSuite }) => {
  const suite = await startSuite();
  const sluice = await prepareSluice(suite);
  const script = prepareScript(suite);
  const times = await new EventTimes(suite.lab.broker.adminUrl).open();

  report.step('bench', 'one delivery of each to warm up');
  await sluice('0');
  await script('0');
  times.clear();
  const ours: Run[] = [];
  const theirs: Record<string, number>[] = [];
  for (let number = 1; number <= runs; number++) {
    ours.push(await sluice(String(number)));
    theirs.push(await script(String(number)));
    report.step(
      'bench',
      `${number}: Sluice ${seconds(durationOf(ours.at(-1)!))} s, script ${seconds(totalOf(theirs.at(-1)!))} s`,
    );
  }
  await times.close();

  const sluiceSeconds = median(ours.map(durationOf)) / 1000;
  const scriptSeconds = median(theirs.map(totalOf)) / 1000;
  const stages = Object.fromEntries(
    STAGES.map((stage) => [stage, round(median(ours.map((run) => stageMs(run, stage))) / 1000)]),
  );
  const scriptStages = Object.fromEntries(
    ['build', 'push', 'test', 'deploy'].map((lap) => [lap, round(median(theirs.map((laps) => laps[lap]!)) / 1000)]),
  );
  const between = round(
    median(ours.map((run) => durationOf(run) - STAGES.reduce((sum, stage) => sum + stageMs(run, stage), 0))) / 1000,
  );
  const latency = times.latencies();
  const ratio = round(sluiceSeconds / scriptSeconds);
  return {
    lines: [
      `push to live: Sluice ${sluiceSeconds.toFixed(2)} s, script ${scriptSeconds.toFixed(2)} s, ratio ${ratio} (medians of ${runs}, alternating)`,
      `  Sluice   ${Object.entries(stages)
        .map(([stage, took]) => `${stage} ${took} s`)
        .join(', ')}, between stages ${between} s`,
      `  script   ${Object.entries(scriptStages)
        .map(([lap, took]) => `${lap} ${took} s`)
        .join(', ')}`,
      `  from a request's commit to its handler: p50 ${round(quantile(latency, 0.5), 1)} ms, p99 ${round(quantile(latency, 0.99), 1)} ms (${latency.length} stages)`,
    ],
    json: {
      ratio,
      sluiceSeconds: round(sluiceSeconds, 3),
      scriptSeconds: round(scriptSeconds, 3),
      stages,
      scriptStages,
      betweenStagesSeconds: between,
      eventLatencyP50Ms: round(quantile(latency, 0.5), 1),
      eventLatencyP99Ms: round(quantile(latency, 0.99), 1),
      runs,
    },
  };
};

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const durationOf = ({ createdAt, finishedAt }: Run): number => Date.parse(finishedAt!) - Date.parse(createdAt);
const totalOf = (laps: Record<string, number>): number => Object.values(laps).reduce((sum, ms) => sum + ms, 0);
/** A run promotes twice: both count. */
const stageMs = ({ steps }: Run, stage: string): number =>
  steps.filter((step) => step.stage === stage).reduce((sum, step) => sum + tookMs(step), 0);

/** Another content each time, so that both build the same new layer. */
function writeApp(dir: string, tag: string): void {
  appendFileSync(join(dir, 'www/index.html'), `\n<!-- ${tag} -->`);
}

async function prepareSluice(suite: RunningSuite): Promise<(tag: string) => Promise<Run>> {
  const admin = await Api.login(suite.url, 'admin', suite.keys.adminPassword);
  await seedEnvironments(admin, planEnvironments(suite.lab, 0));
  const developer = await seedUser(admin, { ...LOGIN, preset: 'developer' });
  const { remote } = await developer.post<{ remote: string }>('/projects', { name: 'bench-sluice' });
  const copy = new WorkingCopy(join(suite.lab.dir, 'work/sluice'), LOGIN);
  await copy.init(remote);
  cpSync(join(CHECKOUT, 'examples/shop/v1'), copy.dir, { recursive: true });
  return async (tag) => {
    writeApp(copy.dir, `sluice ${tag}`);
    await copy.commit(`bench ${tag}`);
    const id = await copy.pushRun();
    const run = await followRun(developer, id, () => undefined);
    if (run.status !== 'succeeded') throw new Error(`the run ${run.status}: ${run.reason}`);
    return run;
  };
}

function prepareScript(suite: RunningSuite): (tag: string) => Promise<Record<string, number>> {
  const { lab } = suite;
  const dir = join(lab.dir, 'work/script');
  const app = join(dir, 'app');
  rmSync(dir, { recursive: true, force: true });
  cpSync(join(CHECKOUT, 'examples/shop/v1'), app, { recursive: true });
  const config = writeDockerConfig(join(dir, 'docker'), suite);
  const stack = join(dir, 'stack.yml');
  writeFileSync(stack, STACK);
  const script = join(CHECKOUT, 'bench/src/peers/push-to-live.sh');
  return async (tag) => {
    writeApp(app, `script ${tag}`);
    const { stdout } = await exec('sh', [script], {
      env: {
        PATH: process.env.PATH,
        HOME: dir,
        DOCKER_CONFIG: config,
        DEV: lab.engines.dev.dockerHost,
        TEST: lab.engines.test.dockerHost,
        OPS: lab.engines.ops1.dockerHost,
        REGISTRY: lab.registry.host,
        APP: app,
        STACK: stack,
        TAG: `t${tag}`,
        PORT: '32100',
      },
    });
    return Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]),
    );
  };
}

/** What Sluice renders for the same application. */
const STACK = `version: '3.8'
services:
  app:
    image: IMAGE
    environment: { LOG_LEVEL: info, SLUICE_ENVIRONMENT: ops }
    healthcheck:
      test: ['CMD-SHELL', "wget -q -O /dev/null 'http://127.0.0.1:8080/healthz'"]
      interval: 1s
      timeout: 3s
      retries: 3
    ports:
      - { target: 8080, published: PORT, mode: host, protocol: tcp }
    deploy:
      replicas: 2
      endpoint_mode: dnsrr
      placement: { max_replicas_per_node: 1 }
      update_config: { parallelism: 1, order: stop-first, failure_action: pause, monitor: 500ms }
`;
