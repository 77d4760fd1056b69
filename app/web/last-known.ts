import { setTimeout as delay } from "node:timers/promises";

export interface Known<T> {
  readonly value: T;
  readonly at: Date;
}

/** Something that is read when it is asked for. */
export interface LastKnown<T> {
  /** The newest there is; undefined when it was never read. Never rejects, and waits for `patienceMs` at most. */
  get(): Promise<Known<T> | undefined>;
}

/**
 * Reads for all who ask at the same time once, and not again within `freshMs`. Where reading fails or takes its time,
 * what was known last is given, with its age.
 */
export function createLastKnown<T>(options: {
  /** `undefined` where it cannot be read now. */
  readonly read: () => Promise<T | undefined>;
  readonly freshMs: number;
  readonly patienceMs: number;
  readonly onError: (error: unknown) => void;
}): LastKnown<T> {
  const { read, freshMs, patienceMs, onError } = options;
  let known: Known<T> | undefined;
  let reading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    try {
      const value = await read();
      if (value !== undefined) known = { value, at: new Date() };
    } catch (error) {
      onError(error);
    } finally {
      reading = undefined;
    }
  }

  return {
    async get() {
      if (known !== undefined && Date.now() - known.at.getTime() < freshMs) return known;
      reading ??= refresh();
      const patience = new AbortController();
      const waited = delay(patienceMs, undefined, { signal: patience.signal, ref: false }).catch(() => {
        // It was read in time.
      });
      await Promise.race([reading, waited]);
      patience.abort();
      return known;
    },
  };
}
