import { BASE_IMAGE } from './busybox.js';
import { callEngine } from './engine.client.js';
import type { LabEngine } from './lab.js';

const NAME = 'sluice-data-path-check';

interface Endpoint {
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** Proves that containers on two nodes reach each other through an overlay network: one pings the other. */
export async function checkDataPath(manager: LabEngine, worker: LabEngine): Promise<void> {
  await removeAll(manager, worker); // Of a check that was interrupted.
  try {
    await callEngine(manager, 'POST', '/networks/create', {
      body: { Name: NAME, Driver: 'overlay', Attachable: true },
    });
    const target = await start(worker, ['sleep', '60']);
    const { NetworkSettings } = await callEngine<Endpoint>(worker, 'GET', `/containers/${target}/json`);
    const address = NetworkSettings.Networks[NAME]!.IPAddress;

    const probe = await start(manager, ['ping', '-c', '1', '-w', '10', address]);
    const { StatusCode } = await callEngine<{ StatusCode: number }>(manager, 'POST', `/containers/${probe}/wait`);
    if (StatusCode !== 0) throw new Error('Containers on the two nodes of the swarm do not reach each other.');
  } finally {
    await removeAll(manager, worker);
  }
}

async function start(engine: LabEngine, command: readonly string[]): Promise<string> {
  const { Id } = await callEngine<{ Id: string }>(engine, 'POST', `/containers/create?name=${NAME}`, {
    body: { Image: BASE_IMAGE, Cmd: command, StopSignal: 'SIGKILL', HostConfig: { NetworkMode: NAME } },
  });
  await callEngine(engine, 'POST', `/containers/${Id}/start`);
  return Id;
}

async function removeAll(manager: LabEngine, worker: LabEngine): Promise<void> {
  const absentIsFine = (): undefined => undefined;
  await Promise.all(
    [manager, worker].map((engine) =>
      callEngine(engine, 'DELETE', `/containers/${NAME}?force=true`).catch(absentIsFine),
    ),
  );
  await callEngine(manager, 'DELETE', `/networks/${NAME}`).catch(absentIsFine);
}
