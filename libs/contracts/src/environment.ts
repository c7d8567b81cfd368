import type { Stage } from './stages.js';

/** What an environment is for; the stage that follows an image's entry. */
export const PURPOSES = ['preview', 'test', 'deploy'] as const satisfies readonly Stage[];
export type Purpose = (typeof PURPOSES)[number];

/** How a swarm publishes ports. `host` suits clusters whose kernel has no IPVS: one port on each node that has a task. */
export const PUBLISH_MODES = ['ingress', 'host'] as const;
export type PublishMode = (typeof PUBLISH_MODES)[number];

/** Where images run, and the gate in front of it. Its name is also its namespace in the registry. */
export interface Environment {
  readonly name: string;
  readonly purpose: Purpose;
  /** Order on the path of a project, from 0. */
  readonly position: number;
  /** `unix:///…` or `tcp://…`. */
  readonly dockerHost: string;
  /** Host name or address under which its published ports are reached; the engine's own when absent. */
  readonly address?: string;
  readonly publish: PublishMode;
  /** How many members must approve before an image enters; 0 lets it pass. */
  readonly approvals: number;
}
