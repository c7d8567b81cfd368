import type { PushReceived, PushSource } from '@sluice/contracts';

/** A branch that moved to another commit. `run` is the id its run gets when it is announced. */
export interface Arrival {
  readonly run: string;
  readonly project: string;
  readonly ref: string;
  readonly before: string;
  readonly commit: string;
  readonly pusher: string;
  readonly subject: string;
  readonly source: PushSource;
}

export const pushReceived = (arrival: Arrival, cloneUrl: string): PushReceived => ({
  run: { id: arrival.run, project: arrival.project, ref: arrival.ref, commit: arrival.commit },
  pusher: arrival.pusher,
  cloneUrl,
  subject: arrival.subject,
  source: arrival.source,
});
