import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { builder } from '@sluice/builder';
import { conductor } from '@sluice/conductor';
import { SERVICES, type Service } from '@sluice/contracts';
import { deployer } from '@sluice/deployer';
import { gateway } from '@sluice/gateway';
import { notifier } from '@sluice/notifier';
import { promoter } from '@sluice/promoter';
import { receiver } from '@sluice/receiver';
import {
  failStart,
  processEnviron,
  startService,
  stopOnSignal,
  type BaseConfig,
  type ServiceDefinition,
} from '@sluice/runtime';
import { tester } from '@sluice/tester';

/** All eight services in one process, for a small machine. Each keeps its own configuration, database role and broker user. */
const definitions: Record<Service, ServiceDefinition<BaseConfig>> = {
  receiver,
  conductor,
  builder,
  promoter,
  tester,
  deployer,
  notifier,
  gateway,
} as never;

/** `SLUICE_ENV_DIR` holds one file per service: `<service>.env`. */
const folder = processEnviron().SLUICE_ENV_DIR ?? '/etc/sluice';
try {
  const running = await Promise.all(
    SERVICES.map((service) =>
      startService(definitions[service], parseEnv(readFileSync(join(folder, `${service}.env`), 'utf8'))),
    ),
  );
  stopOnSignal(async () => void (await Promise.all(running.map((service) => service.close()))));
} catch (error) {
  failStart('all', error);
}
