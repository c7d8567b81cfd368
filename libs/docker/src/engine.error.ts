/** The engine refused a request or could not be reached. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    /** What was asked of the engine, as in "create the container web-1". */
    readonly operation: string,
    /** The HTTP status; undefined when no answer came, so that trying again later may help. */
    readonly status: number | undefined,
    /** The engine's own words, or those of the socket. */
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`could not ${operation}: ${detail}`, options);
  }
}

/** What dockerode throws: `statusCode` and `json` are there when the engine answered. */
interface DockerodeError extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/**
 * Awaits an engine's answer and turns its failure into an EngineError.
 * @throws the signal's reason when the signal was the cause.
 */
export async function answer<T>(operation: string, call: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await call;
  } catch (error) {
    signal?.throwIfAborted();
    throw toEngineError(operation, error);
  }
}

/** As `answer`, for a question whose "404, no such thing" is an answer: undefined. */
export async function answerIfThere<T>(operation: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await answer(operation, call);
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return undefined;
    throw error;
  }
}

function toEngineError(operation: string, error: unknown): unknown {
  // A refusal has a status and a broken connection has a code; everything else already says what it means.
  if (!(error instanceof Error) || !('statusCode' in error || 'code' in error)) return error;
  const { message, statusCode, json } = error as DockerodeError;
  // A streamed request keeps its error text only in dockerode's message, behind "(HTTP code 404) no such image - ".
  const text = json?.message ?? message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
  return new EngineError(operation, statusCode, text, { cause: error });
}
