import { EngineError } from '../engine.error.js';

export type TransferProblem = 'unauthorized' | 'not_found' | 'failed';

/** A push or pull that the registry or the engine refused. */
export class ImageTransferError extends Error {
  override readonly name = 'ImageTransferError';

  constructor(
    readonly image: string,
    /** `failed` may go away by itself, the others will not. */
    readonly problem: TransferProblem,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${image}: ${detail}`, options);
  }
}

/** What the registry's or engine's words mean. They reach us as text only, after a 200 or within a 404 or 500. */
export function transferProblem(detail: string): TransferProblem {
  if (/unauthorized|authentication required|no basic auth|access.* denied|forbidden/i.test(detail))
    return 'unauthorized';
  if (/not found|manifest unknown|name unknown|no such image|does not exist/i.test(detail)) return 'not_found';
  return 'failed';
}

/** Gives an engine's refusal its meaning; hands every other error back as it is. */
export function toTransferError(image: string, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.status === undefined) return error;
  return new ImageTransferError(image, transferProblem(error.detail), error.detail, { cause: error });
}
