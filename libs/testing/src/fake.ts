/** A stand-in with the given members. Touching any other one fails the test by its name. */
export function fake<T extends object>(members: Partial<T> = {}): T {
  return new Proxy(members, {
    get(target, name) {
      if (name in target) return target[name as keyof typeof target];
      // Asked by `await` and by matchers of everything they are given.
      if (name === 'then' || typeof name === 'symbol') return undefined;
      throw new Error(`the fake has no "${name}"`);
    },
  }) as T;
}
