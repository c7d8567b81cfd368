import { queueFor, SERVICES, stagesOf, STAGE_NAMES, STAGES, type Service } from './stages.js';

/** The one topic exchange through which services coordinate. Routing keys are event types. */
export const EVENTS_EXCHANGE = 'sluice.events';

interface QueueRow {
  readonly by: Service;
  /** Routing keys on `EVENTS_EXCHANGE`. */
  readonly binds: readonly string[];
}

/** Every durable queue, its one consuming service and what it hears. Topology and broker permissions are computed from this. */
export const QUEUES: Record<string, QueueRow> = {
  'conductor.events': {
    by: 'conductor',
    binds: [
      'push.received',
      ...STAGE_NAMES.flatMap((stage) => [`${stage}.started`, `${stage}.succeeded`, `${stage}.failed`]),
    ],
  },
  'gateway.events': { by: 'gateway', binds: ['#'] },
  'notifier.events': { by: 'notifier', binds: ['#'] },
  ...Object.fromEntries(
    STAGE_NAMES.map((stage) => [queueFor(stage), { by: STAGES[stage].by, binds: [`${stage}.requested`] }]),
  ),
  ...Object.fromEntries(
    SERVICES.filter((service) => stagesOf(service).length > 0).map((service) => [
      `${service}.runs`,
      { by: service, binds: ['run.canceled', 'run.superseded', 'run.failed'] },
    ]),
  ),
};

export const queuesOf = (service: Service): [queue: string, binds: readonly string[]][] =>
  Object.entries(QUEUES)
    .filter(([, row]) => row.by === service)
    .map(([queue, row]) => [queue, row.binds]);

/** Where messages wait that nobody could handle. */
export const deadQueue = (queue: string): string => `${queue}.dead`;
