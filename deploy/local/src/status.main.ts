import { parseArgs } from 'node:util';
import { SERVICES } from '@sluice/contracts';
import { labPid, planFolder, readLab } from './lab/index.js';
import { labDir, painter, urlOf } from './suite/index.js';
import { environment } from './lab/environment.js';

/** `npm run status`: what runs, where, and whether it is well. Exit code 0 only if everything is. */
const { values } = parseArgs({ options: { dir: { type: 'string' }, json: { type: 'boolean', default: false } } });
const folder = planFolder(labDir(values.dir));
const pid = labPid(folder);
const lab = pid === undefined ? undefined : readLab(folder.dir);
const paint = painter(process.stdout, Boolean(environment.NO_COLOR));

if (!lab) {
  process.stdout.write(
    values.json ? '{"running":false}\n' : `Nothing runs on ${folder.dir}. Start it with: npm start -- --detach\n`,
  );
  process.exitCode = 3;
} else {
  const services = await Promise.all(
    SERVICES.map(async (service) => {
      const answer = await fetch(`${urlOf(lab, service)}/readyz`, { signal: AbortSignal.timeout(3000) }).catch(
        () => undefined,
      );
      const body = (await answer?.json().catch(() => undefined)) as { checks?: Record<string, string> } | undefined;
      const ailing = Object.entries(body?.checks ?? {}).filter(([, state]) => state !== 'ok');
      const state = answer?.ok
        ? 'ready'
        : ailing.length > 0
          ? ailing.map(([name, why]) => `${name}: ${why}`).join('; ')
          : 'does not answer';
      return { service, url: urlOf(lab, service), ready: answer?.ok ?? false, state };
    }),
  );
  const engines = Object.entries(lab.engines).map(([name, { dockerHost, address }]) => ({ name, dockerHost, address }));
  if (services.some(({ ready }) => !ready)) process.exitCode = 1;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ running: true, pid, services, engines, registry: lab.registry.url })}\n`);
  } else {
    for (const { service, url, ready, state } of services) {
      process.stdout.write(
        `${paint(ready ? 'green' : 'red', ready ? '●' : '○')} ${service.padEnd(10)} ${url.padEnd(26)} ${state}\n`,
      );
    }
    for (const { name, dockerHost, address } of engines)
      process.stdout.write(`  ${name.padEnd(10)} ${address.padEnd(26)} ${dockerHost}\n`);
  }
}
