/** The docker CLI refused a stack; its own words are the message. */
export class StackError extends Error {
  override readonly name = 'StackError';

  constructor(
    readonly stackName: string,
    readonly exitCode: number | null,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`stack ${stackName}: ${detail}`, options);
  }
}
