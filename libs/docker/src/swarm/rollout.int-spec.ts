import { readLab } from '@sluice/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildImage } from '../build/build.client.js';
import { connectEngine } from '../engine.js';
import { pullImage, pushImage } from '../images/transfer.client.js';
import { buildContext } from '../testing/build-context.js';
import { type TokenRules, startTokenServer } from '../testing/token-server.js';
import { taskEvidence } from './evidence.client.js';
import { publishedAddresses, swarmNodes } from './nodes.client.js';
import { type Rollout, followRollout } from './rollout.client.js';
import { rolloutBaseline } from './stack-view.client.js';
import { deployStack, removeStack } from './stack.client.js';

const lab = readLab();
const rules = (lab.registry as { token?: TokenRules }).token;
const dev = connectEngine({ host: lab.engines.dev.dockerHost });
const swarm = connectEngine({ host: lab.engines.ops1.dockerHost });
const auth = { username: 'robot', password: randomUUID(), serveraddress: lab.registry.host };
const repository = `${lab.registry.host}/int-test/rollout`;
const word = randomUUID();
let stack = '';
const images: Record<string, string> = {};
let tokens: { stop(): Promise<void> } | undefined;

/** Builds a server that does as the script says, and pushes it. @returns its reference by digest */
async function makeImage(tag: string, script: string): Promise<string> {
  const dockerfile = `FROM busybox:stable\nCOPY start.sh /start.sh\nSTOPSIGNAL SIGKILL\nCMD ["sh", "/start.sh"]\n`;
  const context = buildContext({ Dockerfile: dockerfile, 'start.sh': script });
  await buildImage(dev, {
    context,
    dockerfile: 'Dockerfile',
    tag: `${repository}:${tag}`,
    labels: {},
    onLine: () => undefined,
  });
  const { digest } = await pushImage(dev, { repository, tag, auth });
  return `${repository}@${digest}`;
}

beforeEach(() => {
  stack = `int-${randomUUID().slice(0, 8)}`;
});

beforeAll(async () => {
  tokens = rules && (await startTokenServer(rules, auth.password));
  const serve = (text: string) =>
    `mkdir -p /www; echo ${text} > /www/index.html; echo serving ${text}; exec httpd -f -p 8080 -h /www\n`;
  images['v1'] = await makeImage('v1', serve(`v1-${word}`));
  images['v2'] = await makeImage('v2', serve(`v2-${word}`));
  images['crash'] = await makeImage('crash', `echo cannot find the database ${word} >&2; exit 3\n`);
});

afterEach(() => removeStack(swarm, { name: stack }));

afterAll(async () => {
  for (const tag of ['v1', 'v2', 'crash']) {
    await dev.docker
      .getImage(`${repository}:${tag}`)
      .remove({ force: true })
      .catch(() => undefined);
  }
  await tokens?.stop();
  dev.close();
  swarm.close();
});

const stackFile = (image: string, more = ''): string => `
version: "3.8"
services:
  web:
    image: ${image}
    networks: [default]
    deploy:
      replicas: 2
      endpoint_mode: dnsrr
      restart_policy: { condition: any, delay: 200ms }
      update_config: { parallelism: 2, order: start-first, monitor: 500ms, failure_action: pause }
${more}
`;

async function release(
  image: string,
  { file = stackFile(image), seconds = 40, ...more }: { file?: string; seconds?: number } & Partial<Rollout> = {},
) {
  const baseline = await rolloutBaseline(swarm, stack);
  const progress: string[] = [];
  await deployStack(swarm, { name: stack, stackFile: file, auth: [auth], prune: true });
  const outcome = await followRollout(swarm, {
    stack,
    expected: [{ name: `${stack}_web`, image, replicas: 2 }],
    baseline,
    deadline: new Date(Date.now() + seconds * 1000),
    onProgress: (services) => progress.push(services.map(({ running, wanted }) => `${running}/${wanted}`).join()),
    ...more,
  });
  return { outcome, progress };
}

describe('a stack on the swarm', () => {
  it('converges, is updated, converges again when nothing changes, and goes', async () => {
    const first = await release(images['v1'] ?? '');
    expect(first.outcome).toMatchObject({ state: 'converged', taskIds: [expect.any(String), expect.any(String)] });
    expect(first.progress.at(-1)).toBe('2/2');

    const second = await release(images['v2'] ?? '');
    expect(second.outcome.state).toBe('converged');
    expect(second.outcome).not.toEqual(first.outcome);

    const again = await release(images['v2'] ?? '');
    expect(again.outcome).toEqual(second.outcome);
  });

  it('reports an update that the swarm paused, with the task and its last lines', async () => {
    await release(images['v1'] ?? '');
    const { outcome } = await release(images['crash'] ?? '');
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: 'update_paused',
      service: `${stack}_web`,
      task: { exitCode: 3 },
    });

    const taskId = outcome.state === 'failed' ? (outcome.task?.taskId ?? '') : '';
    expect(await taskEvidence(swarm, taskId, 5)).toMatchObject({
      taskId,
      exitCode: 3,
      error: 'task: non-zero exit (3)',
      lines: [`cannot find the database ${word}`],
    });
  });

  it('reports a crash loop of a new service long before the deadline', async () => {
    const { outcome } = await release(images['crash'] ?? '', { failuresPerSlot: 2 });
    expect(outcome).toMatchObject({ state: 'failed', reason: 'crash_loop', task: { exitCode: 3, state: 'failed' } });
  });

  it('reports at the deadline why a task waits', async () => {
    const file = stackFile(images['v1'] ?? '', '      placement: { constraints: ["node.labels.moon == yes"] }');
    const { outcome } = await release(images['v1'] ?? '', { file, seconds: 2 });
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: 'deadline',
      message: expect.stringContaining(
        'runs 0 of 2 (no suitable node (scheduling constraints not satisfied on 2 nodes',
      ),
      task: { state: 'pending' },
    });
  });

  it('reports an image that is not there', async () => {
    const image = `${repository}@sha256:${'0'.repeat(64)}`;
    const { outcome } = await release(image);
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: 'crash_loop',
      task: { state: 'rejected', error: expect.stringContaining('No such image') },
    });
  });

  it('stops following with the signal', async () => {
    const cancel = new AbortController();
    const file = stackFile(images['v1'] ?? '', '      placement: { constraints: ["node.labels.moon == yes"] }');
    const done = release(images['v1'] ?? '', {
      file,
      signal: cancel.signal,
      onProgress: () => cancel.abort(new Error('canceled')),
    });
    await expect(done).rejects.toThrow('canceled');
  });
});

describe('deployStack', () => {
  it("carries the CLI's words when the file is wrong", async () => {
    const deployment = {
      name: stack,
      stackFile: 'version: "3.8"\nservices: { web: { imagee: x } }\n',
      auth: [],
      prune: false,
    };
    await expect(deployStack(swarm, deployment)).rejects.toMatchObject({
      name: 'StackError',
      message: expect.stringContaining('imagee'),
      exitCode: expect.any(Number),
    });
  });

  it('refuses a name that would be an option', async () => {
    const deployment = { name: '--help', stackFile: '', auth: [], prune: false };
    await expect(deployStack(swarm, deployment)).rejects.toThrow('is no valid name');
  });
});

describe('swarm nodes', () => {
  it('are all there with the addresses that answer', async () => {
    const nodes = await swarmNodes(swarm);
    const addresses = [...new Set([lab.engines.ops1.address, lab.engines.ops2.address])].sort();
    expect(nodes.map(({ address }) => address).sort()).toEqual(addresses);
    expect((await publishedAddresses(swarm)).sort()).toEqual(addresses);
  });
});

describe('images and the registry', () => {
  it('are pulled by digest', async () => {
    const engine = connectEngine({ host: lab.engines.test.dockerHost });
    await pullImage(engine, { image: images['v1'] ?? '', auth });
    expect((await engine.docker.getImage(images['v1'] ?? '').inspect()).RepoDigests).toContain(images['v1']);
    await engine.docker.getImage(images['v1'] ?? '').remove({ force: true });
    engine.close();
  });

  it('say what is missing', async () => {
    const image = `${repository}@sha256:${'0'.repeat(64)}`;
    await expect(pullImage(dev, { image, auth })).rejects.toMatchObject({
      name: 'ImageTransferError',
      problem: 'not_found',
    });
    await expect(pushImage(dev, { repository, tag: 'none', auth })).rejects.toMatchObject({ problem: 'not_found' });
  });

  it.runIf(rules)('say when the registry does not let us', async () => {
    const wrong = { ...auth, password: 'wrong' };
    const push = pushImage(dev, { repository, tag: 'v1', auth: wrong });
    await expect(push).rejects.toMatchObject({ name: 'ImageTransferError', problem: 'unauthorized' });
    await expect(pushImage(dev, { repository, tag: 'v1' })).rejects.toMatchObject({ problem: 'unauthorized' });
    const engine = connectEngine({ host: lab.engines.test.dockerHost });
    await expect(pullImage(engine, { image: images['v2'] ?? '' })).rejects.toMatchObject({ problem: 'unauthorized' });
    engine.close();
  });
});
