import { mkdirSync, writeFileSync } from 'node:fs';
import type { RunningSuite } from '@sluice/local';

/** A folder for `DOCKER_CONFIG` whose account may pull and push everything, as a script's account may. */
export function writeDockerConfig(dir: string, { lab, keys }: RunningSuite): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const auth = Buffer.from(`promoter:${keys.serviceTokens.promoter}`).toString('base64');
  writeFileSync(`${dir}/config.json`, JSON.stringify({ auths: { [lab.registry.host]: { auth } } }), { mode: 0o600 });
  return dir;
}
