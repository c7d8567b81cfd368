/** A request that is not served, told to git's user as text: git prints it after `remote:`. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}
