import type { ImageRef } from '@sluice/contracts';
import type { DataSource } from '@sluice/database';
import { hashToken, newToken } from '@sluice/directory';
import { buildImage, pushImage, type Engine } from '@sluice/docker';
import { RegistryClient } from '@sluice/registry';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the lab's registry expects of its tokens; see `deploy/local`. */
interface TokenRules {
  readonly realm: string;
  readonly keyFile: string;
  readonly certificateFile: string;
}

export interface TestRegistry {
  /** Builds a server on port 8080 that does as the script says, and promotes it into the environment's namespace. */
  image(environment: string, project: string, script: string): Promise<ImageRef>;
  stop(): Promise<void>;
}

const PROMOTER = fileURLToPath(new URL('../../../promoter/dist/main.js', import.meta.url));

export interface RegistryParts {
  readonly registry: { readonly url: string; readonly host: string; readonly token?: TokenRules };
  readonly database: { readonly db: DataSource; readonly url: string };
  readonly amqpUrl: string;
  readonly secretsKey: string;
  /** Where images are built. */
  readonly engine: Engine;
}

/** The lab's registry with the real promoter in charge of it, as a process of its own: services import no services. */
export async function aTestRegistry(parts: RegistryParts): Promise<TestRegistry> {
  const { registry, engine } = parts;
  const { db } = parts.database;
  const [builder, promoter] = [newToken(), newToken()];
  await db.query('create schema promoter');
  await db.query(
    `insert into directory.tokens (service, name, hash) values ('builder', 'b', $1), ('promoter', 'p', $2)`,
    [hashToken(builder), hashToken(promoter)],
  );
  const child = registry.token && (await startPromoter(registry.token, parts));

  const client = new RegistryClient({ url: registry.url, credentials: { username: 'promoter', password: promoter } });
  const built = new Set<string>();
  const auth = { username: 'builder', password: builder, serveraddress: registry.host };
  return {
    image: async (environment, project, script) => {
      const repository = `dev/${project}`;
      const tag = 'test';
      const context = await tarOf({
        Dockerfile: 'FROM busybox:stable\nCOPY start.sh /\nEXPOSE 8080\nSTOPSIGNAL SIGKILL\nCMD ["sh", "/start.sh"]\n',
        'start.sh': script,
      });
      const name = `${registry.host}/${repository}`;
      await buildImage(engine, {
        context,
        dockerfile: 'Dockerfile',
        tag: `${name}:${tag}`,
        labels: {},
        onLine: () => undefined,
      });
      const { digest } = await pushImage(engine, { repository: name, tag, auth });
      built.add(`${name}:${tag}`).add(`${name}@${digest}`);
      const to = `${environment}/${project}`;
      if (environment !== 'dev') await client.promote({ from: repository, to, digest, tag });
      return { service: 'app', repository: to, digest };
    },
    stop: async () => {
      // Names of one image; with the last of them the image itself is gone.
      for (const name of built)
        await engine.docker
          .getImage(name)
          .remove({ force: true })
          .catch(() => undefined);
      if (child) await new Promise((gone) => child.once('exit', gone) && child.kill('SIGTERM'));
    },
  };
}

async function startPromoter(token: TokenRules, { registry, database, amqpUrl, secretsKey }: RegistryParts) {
  const { hostname, port } = new URL(token.realm);
  const env = {
    PATH: '/usr/bin:/bin',
    HOST: hostname,
    PORT: port,
    DATABASE_URL: database.url,
    AMQP_URL: amqpUrl,
    LOG_LEVEL: 'error',
    SECRETS_KEY: secretsKey,
    REGISTRY_URL: registry.url,
    REGISTRY_TOKEN_KEY_FILE: token.keyFile,
    REGISTRY_TOKEN_CERT_FILE: token.certificateFile,
  };
  const answers = (): Promise<unknown> => fetch(token.realm).catch(() => undefined);
  if (await answers())
    throw new Error(`somebody gives out tokens at ${token.realm} already: stop Sluice on this lab first`);
  const child = spawn(process.execPath, [PROMOTER], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the promoter ended with ${child.exitCode}: is it built?`);
    if (await answers()) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function tarOf(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-deployer-'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  const tar = spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  tar.once('exit', () => void rm(folder, { recursive: true }));
  return tar.stdout;
}
