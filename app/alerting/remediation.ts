import { setTimeout as delay } from "node:timers/promises";
import type { RemediationEnding, ReportedAlert } from "../api/ports.ts";
import type { AlertName } from "../catalogue/alerts.ts";
import type { Log } from "../log.ts";

/** What the configured command mends. */
const remedied = "ComfyuiDown" satisfies AlertName;

export interface RemediationOptions {
  /** `begin` gives an id when an attempt is due, across all replicas; it rejects when the database is away. */
  readonly store: {
    begin(alert: string): Promise<string | undefined>;
    end(id: string, ending: RemediationEnding): Promise<void>;
  };
  /** Runs the command to its end, or until the signal; never rejects. */
  readonly run: (signal: AbortSignal) => Promise<{ readonly failure?: string; readonly output: string }>;
  readonly timing: {
    /** How long, from an attempt's begin on, its end is tried to be recorded; the store waits a little longer. */
    readonly abandonedMs: number;
    /** The wait between two tries. */
    readonly retryMs: number;
  };
  readonly log: Log;
}

export interface RemediationStarter {
  /** Begins an attempt in the background where the alert is among those that fire, and one is due. */
  consider(alerts: readonly ReportedAlert[]): void;
  /** Ends a running command, and resolves when that is recorded; with the database away it tries once more at most. */
  close(): Promise<void>;
}

/**
 * Starts the operator's command when its alert fires. It keeps no time of its own: Alertmanager repeats what fires, and
 * each time the store tells whether another attempt is due.
 */
export function createRemediation({ store, run, timing, log }: RemediationOptions): RemediationStarter {
  const closing = new AbortController();
  let underWay: Promise<void> | undefined;

  /** What is not recorded will count as failed: a restart that succeeded is not to be lost to a moment without a database. */
  async function record(id: string, ending: RemediationEnding, deadline: number): Promise<void> {
    for (;;) {
      const last = closing.signal.aborted || Date.now() >= deadline;
      try {
        await store.end(id, ending);
        return;
      } catch (error) {
        if (last) {
          log("warn", `how the command against ${remedied} ended was not recorded: it will count as failed`, error);
          return;
        }
      }
      await delay(timing.retryMs, undefined, { signal: closing.signal }).catch(() => {
        // The last try is due.
      });
    }
  }

  async function attempt(): Promise<void> {
    const id = await store.begin(remedied);
    if (id === undefined) return;
    const deadline = Date.now() + timing.abandonedMs;
    log("info", `${remedied} fires: the configured command is started`);
    const { failure, output } = await run(closing.signal);
    if (failure === undefined) log("info", `the command against ${remedied} has succeeded`);
    else log("warn", `the command against ${remedied} has failed: it ${failure}`);
    const ending: RemediationEnding =
      failure === undefined ? { outcome: "succeeded", output } : { outcome: "failed", reason: failure, output };
    await record(id, ending, deadline);
  }

  return {
    consider(alerts) {
      const fires = alerts.some(({ name, status }) => name === remedied && status === "firing");
      if (!fires || underWay !== undefined || closing.signal.aborted) return;
      underWay = attempt()
        .catch((error: unknown) => log("warn", `the database did not take an attempt against ${remedied}`, error))
        .finally(() => {
          underWay = undefined;
        });
    },
    async close() {
      closing.abort();
      await underWay;
    },
  };
}
