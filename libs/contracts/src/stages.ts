/** The processes that make up Sluice. A name here is the folder, compose service, schema, database role and queue prefix. */
export const SERVICES = [
  'receiver',
  'conductor',
  'builder',
  'promoter',
  'tester',
  'deployer',
  'notifier',
  'gateway',
] as const;
export type Service = (typeof SERVICES)[number];

interface StageRow {
  readonly by: Service;
  /** After this the stage is ended by its worker; the conductor ends it a little later when the worker never answers. */
  readonly timeoutMinutes: number;
}

/** Every stage, who owns it and how long it may take. Queues, bindings, permissions and types are computed from this. */
export const STAGES = {
  build: { by: 'builder', timeoutMinutes: 20 },
  preview: { by: 'deployer', timeoutMinutes: 5 },
  promote: { by: 'promoter', timeoutMinutes: 5 },
  test: { by: 'tester', timeoutMinutes: 25 },
  deploy: { by: 'deployer', timeoutMinutes: 30 },
} as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as Stage[];

export const queueFor = (stage: Stage): string => `${STAGES[stage].by}.${stage}`;
export const stagesOf = (service: Service): Stage[] => STAGE_NAMES.filter((stage) => STAGES[stage].by === service);
