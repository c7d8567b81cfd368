import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, planEnvironments, seedEnvironments, seedUser, WorkingCopy } from '@sluice/local';
import type { Benchmark } from './bench.js';
import { EventTimes } from './event-times.js';
import { quantile, round } from './statistics.js';

const LOGIN = { name: 'dana', password: 'swordfish-and-chips' };
/** Long enough for a run that fails at once to be over. */
const PAUSE_MS = 400;

/** From a request's making to its handler's claim on an idle machine: runs without a Dockerfile, which end at once. */
export const eventLatency: Benchmark = async ({ report, runs = 150, startSuite }) => {
  const suite = await startSuite();
  const admin = await Api.login(suite.url, 'admin', suite.keys.adminPassword);
  await seedEnvironments(admin, planEnvironments(suite.lab, 0));
  const developer = await seedUser(admin, { ...LOGIN, preset: 'developer' });
  const { remote } = await developer.post<{ remote: string }>('/projects', { name: 'bench-latency' });
  const copy = new WorkingCopy(join(suite.lab.dir, 'work/latency'), LOGIN);
  await copy.init(remote);
  const times = await new EventTimes(suite.lab.broker.adminUrl).open();
  const push = async (number: number): Promise<void> => {
    await copy.commit(`bench ${number}`);
    await copy.pushRun();
    await sleep(PAUSE_MS);
  };

  for (let number = 0; number < 10; number++) await push(number);
  times.clear();
  report.step('bench', `${runs} runs, one after the other`);
  for (let number = 0; number < runs; number++) await push(number);
  await times.close();
  const latency = times.latencies();
  const [p50Ms, p99Ms] = [round(quantile(latency, 0.5), 1), round(quantile(latency, 0.99), 1)];
  return {
    lines: [`from a request to its handler: p50 ${p50Ms} ms, p99 ${p99Ms} ms (${latency.length} stages, idle)`],
    json: { p50Ms, p99Ms, stages: latency.length },
  };
};
