/** Looks again and again until something holds. Throws when it does not in time. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`it did not come to hold within ${withinMs / 1000} s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
