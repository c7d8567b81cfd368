import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunningSuite } from '@sluice/local';
import { RegistryClient } from '@sluice/registry';
import type { Benchmark } from './bench.js';
import { writeDockerConfig } from './docker-config.js';
import { median, round } from './statistics.js';

const exec = promisify(execFile);
const LAYERS = 5;
const SIZES = { small: 10_000, large: 40_000_000 } as const; // Bytes a layer.

/** How long an image takes from one namespace to the next, small and of 200 MB, beside pull, tag and push by an engine. */
export const promotion: Benchmark = async ({ report, runs = 20, startSuite }) => {
  const suite = await startSuite();
  const digests = { small: await pushImage(suite, 'small'), large: await pushImage(suite, 'large') };
  const registry = new RegistryClient({
    url: suite.lab.registry.url,
    credentials: { username: 'promoter', password: suite.keys.serviceTokens.promoter },
  });

  const took = { small: [] as number[], large: [] as number[] };
  for (let number = 0; number <= runs; number++) {
    for (const size of ['small', 'large'] as const) {
      const start = performance.now();
      await registry.promote({
        from: `dev/bench-${size}`,
        to: `test/bench-${size}-${number}`,
        digest: digests[size],
        tag: 'promoted',
      });
      if (number > 0) took[size].push(performance.now() - start); // The first opens connections.
    }
  }
  report.step('bench', 'the same by an engine that has never seen the image: pull, tag, push');
  const peer = await promoteByEngine(suite, digests.large);
  const [small, large] = [median(took.small), median(took.large)];
  return {
    lines: [
      `promotion to a namespace that never held it: 200 MB p50 ${round(large, 1)} ms, 50 kB p50 ${round(small, 1)} ms (${runs} each, alternating)`,
      `  docker pull, tag and push of the 200 MB: ${round(peer, 0)} ms, ${round(peer / large, 0)} times as long`,
    ],
    json: { largeP50Ms: round(large, 1), smallP50Ms: round(small, 1), dockerMs: round(peer, 0), runs },
  };
};

/** Random bytes, so that nothing is compressed away. */
async function pushImage(suite: RunningSuite, size: keyof typeof SIZES): Promise<string> {
  const dir = join(suite.lab.dir, 'work', size);
  mkdirSync(dir, { recursive: true });
  const names = Array.from({ length: LAYERS }, (_, index) => `layer${index}`);
  for (const name of names) writeFileSync(join(dir, name), randomBytes(SIZES[size]));
  writeFileSync(join(dir, 'Dockerfile'), ['FROM scratch', ...names.map((name) => `COPY ${name} /`)].join('\n'));
  const image = `${suite.lab.registry.host}/dev/bench-${size}:built`;
  await docker(suite, 'dev', 'build', '--quiet', '--tag', image, dir);
  await docker(suite, 'dev', 'push', '--quiet', image);
  const digests = await docker(suite, 'dev', 'image', 'inspect', '--format', '{{join .RepoDigests " "}}', image);
  return /sha256:[0-9a-f]{64}/.exec(digests)![0];
}

async function promoteByEngine(suite: RunningSuite, digest: string): Promise<number> {
  const source = `${suite.lab.registry.host}/dev/bench-large@${digest}`;
  const target = `${suite.lab.registry.host}/test/bench-by-engine:promoted`;
  const start = performance.now();
  await docker(suite, 'test', 'pull', '--quiet', source);
  await docker(suite, 'test', 'tag', source, target);
  await docker(suite, 'test', 'push', '--quiet', target);
  return performance.now() - start;
}

async function docker(suite: RunningSuite, engine: 'dev' | 'test', ...args: string[]): Promise<string> {
  const DOCKER_CONFIG = writeDockerConfig(join(suite.lab.dir, 'work/docker'), suite);
  const env = {
    PATH: process.env.PATH,
    DOCKER_CONFIG,
    DOCKER_BUILDKIT: '0',
    DOCKER_HOST: suite.lab.engines[engine].dockerHost,
  };
  return (await exec('docker', args, { env })).stdout;
}
