/** A registry refused a request, could not be reached, or answered with something else than it was asked for. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';

  constructor(
    /** The HTTP status; undefined when no answer came, so that trying again later may help. */
    readonly status: number | undefined,
    /**
     * The registry's own code (distribution spec, "Error Codes": MANIFEST_UNKNOWN, NAME_UNKNOWN, DENIED, UNAUTHORIZED…),
     * or one of ours: UNREACHABLE, DIGEST_MISMATCH, MOUNT_REFUSED, NAME_INVALID, TOKEN_REFUSED, UNKNOWN.
     */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface ErrorAnswer {
  readonly errors?: readonly { readonly code?: string; readonly message?: string; readonly detail?: unknown }[];
}

/** Reads the error body of the distribution spec. A proxy in front of a registry may send anything else. */
export function toRegistryError(request: string, status: number, body: Buffer): RegistryError {
  const first = readErrors(body)?.[0];
  const message = first?.message ?? (body.toString('utf8', 0, 200).trim() || 'no further words');
  return new RegistryError(status, first?.code ?? codeOf(status), `${request} was answered with ${status}: ${message}`);
}

function readErrors(body: Buffer): ErrorAnswer['errors'] {
  try {
    return (JSON.parse(body.toString('utf8')) as ErrorAnswer | null)?.errors;
  } catch {
    return undefined;
  }
}

/** A HEAD request's refusal has no body. */
function codeOf(status: number): string {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'DENIED';
  return status === 404 ? 'NOT_FOUND' : 'UNKNOWN';
}
