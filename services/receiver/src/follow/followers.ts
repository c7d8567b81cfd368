import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '@sluice/bus';
import { STAGE_NAMES, type CloudEvent } from '@sluice/contracts';

/** Why a follower hears nothing more, besides the end of the run. */
export type Interruption = 'missed' | 'stopping';
export type Hear = (heard: CloudEvent | Interruption) => void;

const PATTERNS = [
  'run.*',
  'gate.*',
  ...STAGE_NAMES.flatMap((stage) => [`${stage}.started`, `${stage}.succeeded`, `${stage}.failed`]),
];

/** Hands the events of a run to the pushes that follow it. */
@Injectable()
export class Followers implements OnModuleDestroy {
  private readonly byRun = new Map<string, Hear>();

  constructor(bus: Bus) {
    bus.listen(
      PATTERNS,
      (event) => this.byRun.get(event.subject)?.(event),
      () => this.interrupt('missed'),
    );
  }

  /** Call it before the run is announced, so that nothing is missed. Answers how to stop. */
  watch(run: string, hear: Hear): () => void {
    this.byRun.set(run, hear);
    return () => void this.byRun.delete(run);
  }

  onModuleDestroy(): void {
    this.interrupt('stopping');
  }

  private interrupt(why: Interruption): void {
    for (const hear of [...this.byRun.values()]) hear(why);
  }
}
