import type { Evidence, Stage } from '@sluice/contracts';

/** The run cannot continue and a retry would not help: a result to report, not an incident. */
export class StageFailure extends Error {
  override readonly name = 'StageFailure';

  constructor(
    readonly code: `${Stage}.${string}`,
    message: string,
    readonly evidence?: Evidence,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
