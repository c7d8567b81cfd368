/** Waits for something that will be so, and fails with what was last seen when it is not so after `seconds`. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 15,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`not so after ${seconds} s: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
