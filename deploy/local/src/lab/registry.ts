import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from './command.js';
import type { Folder } from './folder.js';
import type { Lab, RegistryTokens } from './lab.js';
import { startPart, type LabContext } from './part.js';
import { answersHttp } from './probe.js';

export interface RegistryOptions {
  /** The address to listen on: one that engines reach. */
  readonly address: string;
  readonly port: number;
  /** Where the promoter will give out tokens. */
  readonly tokenPort: number;
  /** Signs the state of uploads. */
  readonly secret: string;
}

export async function startRegistry(context: LabContext, options: RegistryOptions): Promise<Lab['registry']> {
  const { address, port } = options;
  const home = join(context.folder.dir, 'registry');
  mkdirSync(home, { recursive: true, mode: 0o700 });

  const token = await registryTokens(context.folder, `http://${address}:${options.tokenPort}/token`);
  const file = join(home, 'config.json');
  writeFileSync(file, JSON.stringify(configuration(home, token, options), null, 2), { mode: 0o600 }); // JSON is YAML.

  const url = `http://${address}:${port}`;
  await startPart(context, {
    name: 'registry',
    command: 'docker-registry',
    args: ['serve', file],
    options: {},
    isReady: () => answersHttp(`${url}/v2/`, [401]),
  });
  return { url, host: `${address}:${port}`, token };
}

function configuration(home: string, token: RegistryTokens, { address, port, secret }: RegistryOptions): object {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(home, 'data') },
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    http: { addr: `${address}:${port}`, secret },
    auth: {
      token: {
        realm: token.realm,
        service: token.service,
        issuer: token.issuer,
        rootcertbundle: token.certificateFile,
      },
    },
  };
}

/** The key pair that signs tokens is made once: what it signed stays valid as long as the data. */
async function registryTokens(folder: Folder, realm: string): Promise<RegistryTokens> {
  const keys = join(folder.dir, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const keyFile = join(keys, 'registry.key');
  const certificateFile = join(keys, 'registry.crt');

  if (!existsSync(certificateFile)) {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
    await outputOf('openssl', [
      'req',
      '-x509',
      ...key,
      '-days',
      '3650',
      '-subj',
      '/CN=sluice',
      '-out',
      certificateFile,
    ]);
  }
  return { realm, service: 'sluice-registry', issuer: 'sluice', keyFile, certificateFile };
}
