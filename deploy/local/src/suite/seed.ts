import type { Environment } from '@sluice/contracts';
import type { Lab } from '../lab/index.js';
import { Api, ApiError } from './api.js';

/** The three environments of the usual picture. One approval guards OPS when there are people for it. */
export function planEnvironments(lab: Lab, opsApprovals: number): Environment[] {
  const place = (engine: keyof Lab['engines']) => ({
    dockerHost: lab.engines[engine].dockerHost,
    address: lab.engines[engine].address,
  });
  return [
    { name: 'dev', purpose: 'preview', position: 0, publish: 'host', approvals: 0, ...place('dev') },
    { name: 'test', purpose: 'test', position: 1, publish: 'host', approvals: 0, ...place('test') },
    // The lab's kernel has no IPVS, so ports are published on the nodes and not by the ingress mesh.
    { name: 'ops', purpose: 'deploy', position: 2, publish: 'host', approvals: opsApprovals, ...place('ops1') },
  ];
}

/** Creates the environments, or tells Sluice where their engines are this time. */
export async function seedEnvironments(admin: Api, environments: readonly Environment[]): Promise<void> {
  const { items } = await admin.get<{ items: Environment[] }>('/environments');
  const known = new Set(items.map(({ name }) => name));
  for (const { name, purpose, position, ...rest } of environments) {
    if (known.has(name))
      await admin.patch(`/environments/${name}`, { dockerHost: rest.dockerHost, address: rest.address });
    else await admin.post('/environments', { name, purpose, position, ...rest });
  }
}

/** The presets: developer, tester and operator are members of one environment each and may look at the others. */
export const PRESETS = { developer: 'dev', tester: 'test', operator: 'ops' } as const;
export type Preset = keyof typeof PRESETS;

export interface SeededUser {
  readonly name: string;
  readonly password: string;
  readonly preset: Preset;
}

export async function seedUser(admin: Api, { name, password, preset }: SeededUser): Promise<Api> {
  try {
    await admin.post('/users', { name, password });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    await admin.post(`/users/${name}/password`, { password });
  }
  for (const environment of Object.values(PRESETS)) {
    const role = PRESETS[preset] === environment ? 'member' : 'viewer';
    await admin.put(`/environments/${environment}/members`, { user: name, role });
  }
  return Api.login(admin.url, name, password);
}
