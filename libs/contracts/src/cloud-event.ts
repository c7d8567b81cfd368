import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { EVENTS, type EventData, type EventName } from './events.js';
import type { Service } from './stages.js';

/** CloudEvents 1.0 in structured JSON mode. `subject` is the run's id: events of one subject are told in order of commit. */
export interface CloudEvent<N extends EventName = EventName> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: N;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: EventData<N>;
}

export const EVENT_CONTENT_TYPE = 'application/cloudevents+json';

export function cloudEvent<N extends EventName>(service: Service, type: N, data: EventData<N>): CloudEvent<N> {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: `/sluice/${service}`,
    type,
    subject: data.run.id,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

/** The message can never be understood, however often it is delivered. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** Reads an event from the wire; unknown fields are ignored, so that newer services may say more. Throws `UnreadableEvent`. */
export function parseEvent(bytes: Uint8Array): CloudEvent {
  const event = parseJson(bytes);
  if (event?.specversion !== '1.0' || typeof event.id !== 'string' || typeof event.type !== 'string') {
    throw new UnreadableEvent('not a CloudEvents 1.0 event in structured JSON mode');
  }
  if (!(event.type in EVENTS)) throw new UnreadableEvent(`unknown event type "${event.type}"`);

  const data = plainToInstance(EVENTS[event.type as EventName] as new () => object, event.data ?? {});
  const problems = validateSync(data).flatMap((problem) => describe(problem));
  if (problems.length > 0) throw new UnreadableEvent(`${event.type}: ${problems.join('; ')}`);
  return { ...event, data } as CloudEvent;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function describe(problem: ValidationError, path = ''): string[] {
  const here = `${path}${problem.property}`;
  const own = Object.values(problem.constraints ?? {}).map((text) => `${here}: ${text}`);
  return [...own, ...(problem.children ?? []).flatMap((child) => describe(child, `${here}.`))];
}
