/**
 * Settles as `work` does, or rejects with the signal's reason the moment it is aborted. `work` itself goes on unheard:
 * for what cannot be stopped, such as getaddrinfo, or undici while it is still connecting.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
