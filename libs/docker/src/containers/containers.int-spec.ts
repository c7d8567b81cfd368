import { readLab } from '@sluice/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { connectEngine } from '../engine.js';
import type { ContainerSpec } from './container.plan.js';
import { containerState, findContainers, lastLogLines, readFile, removeContainer } from './containers.client.js';
import { type ContainerRun, runContainer } from './run.client.js';
import { startContainer } from './start.client.js';

const lab = readLab();
const engine = connectEngine({ host: lab.engines.dev.dockerHost });
const labels = { 'sluice.test': randomUUID() };

afterEach(async () => {
  for (const { id } of await findContainers(engine, labels)) await removeContainer(engine, id);
});
afterAll(() => engine.close());

const spec = (script: string): ContainerSpec => ({
  name: `sluice-test-${randomUUID()}`,
  image: 'busybox:stable',
  command: ['sh', '-c', script],
  env: { GREETING: 'grüß dich' },
  labels,
  memoryBytes: 32 * 1024 * 1024,
  cpus: 1,
  pidsLimit: 50,
  network: 'none',
});

async function run(script: string, more: Partial<ContainerRun> = {}) {
  const lines: string[] = [];
  const onLine = (line: string, stream: string): unknown => lines.push(`${stream}: ${line}`);
  const result = await runContainer(engine, { ...spec(script), onLine, ...more });
  return { ...result, lines };
}

describe('runContainer', () => {
  it('gives exit code and every line, and leaves nothing', async () => {
    const { lines, exitCode, oomKilled } = await run(
      'echo "$GREETING"; echo bad >&2; seq 1 20000; printf last; exit 3',
    );
    expect({ exitCode, oomKilled }).toEqual({ exitCode: 3, oomKilled: false });
    expect(lines).toHaveLength(20_003);
    expect(lines).toEqual(
      expect.arrayContaining(['stdout: grüß dich', 'stderr: bad', 'stdout: 20000', 'stdout: last']),
    );
    expect(await findContainers(engine, labels)).toEqual([]);
  });

  it('holds no capability and cannot gain one', async () => {
    const { lines } = await run('grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status; ls /sys/class/net');
    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
      'stdout: CapEff: 0000000000000000',
      'stdout: CapBnd: 0000000000000000',
      'stdout: NoNewPrivs: 1',
      'stdout: lo',
    ]);
  });

  it('says when the memory was not enough', async () => {
    const { exitCode, oomKilled } = await run('tail /dev/zero');
    expect({ exitCode, oomKilled }).toEqual({ exitCode: 137, oomKilled: true });
  });

  it('gives the exit code of a shell for a command that is not there', async () => {
    const { exitCode, lines } = await run('', { command: ['no-such-program'] });
    expect(exitCode).toBe(127);
    expect(lines.join()).toContain('executable file not found');
    expect(await run('', { command: ['/etc'] })).toMatchObject({ exitCode: 126 });
  });

  it('lets files be read before it removes the container', async () => {
    const read: (Buffer | undefined)[] = [];
    const beforeRemoval = async (id: string): Promise<void> => {
      read.push(await readFile(engine, id, 'tmp/junit.xml', 100), await readFile(engine, id, '/tmp/none.xml', 100));
      await expect(readFile(engine, id, '/tmp/big', 100)).rejects.toThrow('larger than 100 bytes');
      await expect(readFile(engine, id, '/tmp', 100)).rejects.toThrow('not a plain file');
    };
    await run('echo "<testsuite/>" > /tmp/junit.xml; dd if=/dev/zero of=/tmp/big bs=1M count=20', { beforeRemoval });
    expect(read.map((file) => file?.toString())).toEqual(['<testsuite/>\n', undefined]);
  });

  it('kills and removes the container when cancelled', async () => {
    const cancel = new AbortController();
    const onLine = (): void => cancel.abort(new Error('time is over'));
    await expect(run('echo started; sleep 300', { signal: cancel.signal, onLine })).rejects.toThrow('time is over');
    expect(await findContainers(engine, labels)).toEqual([]);
  });

  it('takes the place of what a killed worker left of it', async () => {
    const name = `sluice-test-${randomUUID()}`;
    const left = await engine.docker.createContainer({
      name,
      Image: 'busybox:stable',
      Cmd: ['sleep', '300'],
      Labels: labels,
    });
    await left.start();
    expect(await run('echo again', { name })).toMatchObject({ exitCode: 0 });
  });

  it("does not touch somebody else's container of that name", async () => {
    const name = `sluice-test-${randomUUID()}`;
    await engine.docker.createContainer({ name, Image: 'busybox:stable', Labels: labels });
    const run2 = run('echo', { name, labels: { ...labels, 'sluice.run': 'r2' } });
    await expect(run2).rejects.toMatchObject({ name: 'EngineError', status: 409 });
    expect(await findContainers(engine, labels)).toHaveLength(1);
  });

  it('says that the image is not there', async () => {
    await expect(run('echo', { image: 'none:v1' })).rejects.toMatchObject({
      status: 404,
      detail: expect.stringContaining('none:v1'),
    });
  });
});

describe('startContainer', () => {
  const server = 'mkdir /www; echo hello > /www/index.html; echo serving; exec httpd -f -p 8080 -h /www';
  const preview = (script: string) => ({
    ...spec(script),
    network: 'bridge',
    port: { containerPort: 8080 },
    restart: 'no' as const,
  });

  it('answers on the published port, is found by its labels, and goes', async () => {
    const plan = preview(server);
    const { id, hostPort } = await startContainer(engine, plan);
    const page = async (): Promise<string> => (await fetch(`http://${lab.engines.dev.address}:${hostPort}/`)).text();
    await expect.poll(() => page().catch(String), { timeout: 10_000 }).toBe('hello\n');

    const found = await findContainers(engine, labels);
    expect(found).toMatchObject([
      { id, name: plan.name, image: 'busybox:stable', state: 'running', hostPorts: [hostPort] },
    ]);
    expect(await containerState(engine, id)).toMatchObject({ running: true, exitCode: undefined, health: undefined });
    expect(await lastLogLines(engine, id, 5)).toEqual(['serving']);

    await removeContainer(engine, id);
    await removeContainer(engine, id);
    expect(await containerState(engine, id)).toBeUndefined();
    expect(await lastLogLines(engine, id, 5)).toEqual([]);
  });

  it('takes the port it is given and removes what cannot have it', async () => {
    const first = await startContainer(engine, preview(server));
    const second = startContainer(engine, {
      ...preview(server),
      port: { containerPort: 8080, hostPort: first.hostPort },
    });
    await expect(second).rejects.toMatchObject({
      name: 'EngineError',
      detail: expect.stringContaining('already allocated'),
    });
    expect(await findContainers(engine, labels)).toHaveLength(1);
  });

  it('tells how it ended', async () => {
    const { id } = await startContainer(engine, { ...preview('sleep 0.5; echo bye; exit 4') });
    await expect
      .poll(() => containerState(engine, id), { timeout: 10_000 })
      .toMatchObject({ running: false, exitCode: 4 });
    expect(await lastLogLines(engine, id, 1)).toEqual(['bye']);
  });
});
