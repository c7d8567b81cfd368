import { type ImageRef } from '@sluice/contracts';
import { hashToken, newToken } from '@sluice/directory';
import { buildImage, pushImage, type Engine } from '@sluice/docker';
import { RegistryClient } from '@sluice/registry';
import { readLab, until, type TestDatabase } from '@sluice/testing';
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

/** The lab's registry with the real promoter in charge of it, as a process of its own: services import no services. */
export async function aTestRegistry(
  { db, url }: TestDatabase,
  amqpUrl: string,
  secretsKey: string,
  engine: Engine,
): Promise<TestRegistry> {
  const { registry } = readLab() as { registry: { url: string; host: string; token?: TokenRules } };
  const [builder, promoter] = [newToken(), newToken()];
  await db.query('create schema promoter');
  await db.query(
    `insert into directory.tokens (service, name, hash) values ('builder', 'b', $1), ('promoter', 'p', $2)`,
    [hashToken(builder), hashToken(promoter)],
  );
  const child = registry.token && startPromoter(registry.token, registry.url, url, amqpUrl, secretsKey);
  if (registry.token)
    await until(() =>
      fetch(registry.token!.realm).then(
        () => true,
        () => false,
      ),
    );

  const client = new RegistryClient({ url: registry.url, credentials: { username: 'promoter', password: promoter } });
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
      const to = `${environment}/${project}`;
      if (environment !== 'dev') await client.promote({ from: repository, to, digest, tag });
      return { service: 'app', repository: to, digest };
    },
    stop: async () => {
      if (child) await new Promise((gone) => child.once('exit', gone) && child.kill('SIGTERM'));
    },
  };
}

function startPromoter(token: TokenRules, registryUrl: string, databaseUrl: string, amqpUrl: string, key: string) {
  const { hostname, port } = new URL(token.realm);
  const env = {
    PATH: '/usr/bin:/bin',
    HOST: hostname,
    PORT: port,
    DATABASE_URL: databaseUrl,
    AMQP_URL: amqpUrl,
    LOG_LEVEL: 'error',
    SECRETS_KEY: key,
    REGISTRY_URL: registryUrl,
    REGISTRY_TOKEN_KEY_FILE: token.keyFile,
    REGISTRY_TOKEN_CERT_FILE: token.certificateFile,
  };
  return spawn(process.execPath, [PROMOTER], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function tarOf(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-deployer-'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  const tar = spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  tar.once('exit', () => void rm(folder, { recursive: true }));
  return tar.stdout;
}
