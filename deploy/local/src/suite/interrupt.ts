/** Ctrl-C and SIGTERM ask for an orderly end; a second one leaves the rest to the reaper. */
export function onInterrupt(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort()));
  }
  return interrupted.signal;
}

export function untilInterrupted(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => undefined, 60_000);
  return new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  }).finally(() => clearInterval(keepAlive));
}
