import type { FiringAlert, ReportedAlert, WatchdogState } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { watchdogName } from "../catalogue/notifications.ts";

export interface AlertBoard {
  report(alerts: readonly ReportedAlert[]): void;
  /** The latest first. */
  firing(): readonly FiringAlert[];
  watchdog(): WatchdogState;
}

/**
 * What Alertmanager last said, in memory: it must be there while Postgres is down, and after a restart Alertmanager
 * repeats all of it within a minute. With several API processes each has a board of its own, and only those that
 * Alertmanager reports to know anything: what `GET /api/alerts` lists depends on which of them answers. Of more than `limits.alertsKept` those heard of longest ago are dropped.
 */
export function createAlertBoard({ now = Date.now }: { readonly now?: () => number } = {}): AlertBoard {
  /** In the order in which they were last heard of. */
  const kept = new Map<string, FiringAlert>();
  let watchdogAt: number | undefined;

  function take({ status, ...alert }: ReportedAlert): void {
    kept.delete(alert.fingerprint);
    if (status === "firing") kept.set(alert.fingerprint, { ...alert, lastSeenAt: new Date(now()) });
  }

  function forget(): void {
    const heardBefore = now() - limits.alertForgottenSeconds * 1_000;
    for (const [fingerprint, { lastSeenAt }] of kept) {
      if (kept.size <= limits.alertsKept && lastSeenAt.getTime() >= heardBefore) return;
      kept.delete(fingerprint);
    }
  }

  return {
    report(alerts) {
      for (const alert of alerts) {
        if (alert.name !== watchdogName) take(alert);
        else if (alert.status === "firing") watchdogAt = now();
      }
      forget();
    },
    firing() {
      forget();
      return [...kept.values()].toSorted((one, other) => other.since.getTime() - one.since.getTime());
    },
    watchdog() {
      if (watchdogAt === undefined) return { alive: false };
      const ageMs = Math.max(0, now() - watchdogAt);
      return {
        lastSeenAt: new Date(watchdogAt),
        ageSeconds: Math.floor(ageMs / 1_000),
        alive: ageMs <= limits.watchdogSilentSeconds * 1_000,
      };
    },
  };
}
