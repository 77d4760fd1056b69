import { setTimeout as delay } from "node:timers/promises";
import type { ServiceState } from "../api/ports.ts";
import { errorMessage } from "../error-message.ts";

/** What is worth showing of a service that is well. */
export type Finding = Pick<ServiceState, "version" | "demo">;

export interface ProbeOptions {
  /** Resolves when the service is well, with what is worth showing; rejects with the reason why not. */
  readonly check: (signal: AbortSignal) => Promise<Finding>;
  readonly intervalMs: number;
  readonly deadlineMs: number;
  readonly staleAfterMs: number;
}

export interface Probe {
  /** Never waits. A result older than `staleAfterMs` counts as down. */
  state(): ServiceState;
  /** Resolves when the first check has ended, whatever it found. */
  readonly first: Promise<void>;
  close(): Promise<void>;
}

/** Checks a service in the background, so that reading its state costs nothing and cannot hang. */
export function startProbe({ check, intervalMs, deadlineMs, staleAfterMs }: ProbeOptions): Probe {
  const closing = new AbortController();
  let state: ServiceState = { status: "down", since: new Date(), reason: "not checked yet" };

  async function once(): Promise<void> {
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(deadlineMs);
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener("abort", () => reject(new Error(`no answer within ${deadlineMs} ms`)), { once: true });
    });
    late.catch(() => {});
    let found: Finding & Pick<ServiceState, "status" | "reason">;
    try {
      // The race is for checks that do not heed their signal.
      found = { status: "up", ...(await Promise.race([check(deadline), late])) };
    } catch (error) {
      const reason = errorMessage(error);
      found = { status: "down", reason: deadline.aborted ? `no answer within ${deadlineMs} ms` : reason };
    }
    const checkedAt = new Date();
    const since = found.status === state.status ? state.since : checkedAt;
    state = { ...found, since, checkedAt, latencyMs: Math.round(performance.now() - startedAt) };
  }

  const first = once();
  const running = (async () => {
    await first;
    while (!closing.signal.aborted) {
      await delay(intervalMs, undefined, { signal: closing.signal }).catch(() => {});
      if (!closing.signal.aborted) await once();
    }
  })();

  return {
    state() {
      const checkedAt = (state.checkedAt ?? state.since).getTime();
      const ageMs = Date.now() - checkedAt;
      if (state.status === "down" || ageMs <= staleAfterMs) return state;
      const reason = `not checked for ${Math.round(ageMs / 1_000)} s`;
      return { ...state, status: "down", since: new Date(checkedAt + staleAfterMs), reason };
    },
    first,
    async close() {
      closing.abort();
      await running;
    },
  };
}
