const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Takes the signals that would end the process at once, so that it can clean up first. With `close()` they end it again.
 */
export function takeInterruptions() {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    close() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
