import { eventMatches, type CloudEvent } from '@sluice/contracts';
import type { HeardEvent } from './events.repository.js';

export interface EventFilter {
  readonly project?: string;
  readonly run?: string;
  /** Patterns over event types; all when absent. */
  readonly types?: readonly string[];
}

export const isWanted = ({ project, run, types }: EventFilter, { type, data }: CloudEvent): boolean =>
  (project === undefined || data.run.project === project) &&
  (run === undefined || data.run.id === run) &&
  (types === undefined || eventMatches(types, type));

/** One event of `text/event-stream`. JSON has no line breaks, so it is one data line. */
export const asMessage = ({ id, event }: HeardEvent): string => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;

/** Keeps proxies from closing a quiet connection. It is no event, but moves the position past what was filtered out. */
export const asHeartbeat = (position: string | undefined): string =>
  position === undefined ? ': quiet\n\n' : `: quiet\nid: ${position}\n\n`;
