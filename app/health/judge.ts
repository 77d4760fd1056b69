import type { HealthSnapshot, ServiceState, SourceReport, Statistics } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { type ServiceName, serviceNames } from "../catalogue/names.ts";

/** What the database knows beside the statistics. */
export interface Facts {
  readonly statistics: Statistics;
  /** Deliveries tried within `limits.webhookWindowSeconds`. */
  readonly webhookAttempts: { readonly ok: number; readonly failed: number };
  /** When any worker last made progress; undefined when none ever did. */
  readonly progressedAt?: Date;
}

/** Webhooks are down when some were tried within the window and none got through. */
export function judgeWebhooks({ webhookAttempts: { ok, failed } }: Facts): string | undefined {
  if (failed === 0 || ok > 0) return undefined;
  return `${failed} deliveries failed and none succeeded in the last ${limits.webhookWindowSeconds} s`;
}

/** Why the worker counts as stuck: jobs wait, and for too long nobody has got on with any. */
export function judgeWorkers({ statistics, progressedAt }: Facts): string | undefined {
  if (statistics.byStatus.pending === 0) return undefined;
  const readAt = statistics.readAt.getTime();
  const waitingSince = readAt - statistics.oldestWaitSeconds * 1_000;
  const idleSeconds = (readAt - Math.max(waitingSince, progressedAt?.getTime() ?? 0)) / 1_000;
  if (idleSeconds <= limits.workerProgressSeconds) return undefined;
  return `jobs are waiting and no worker has made progress for ${Math.round(idleSeconds)} s`;
}

/** Puts the probes' results and the database's facts together. */
export function renderSnapshot(
  services: Readonly<Record<ServiceName, ServiceState>>,
  facts: Facts | undefined,
  sources: readonly SourceReport[],
): HealthSnapshot {
  const stuck = facts && services.database.status === "up" ? judgeWorkers(facts) : undefined;
  const reasons = serviceNames
    .filter((name) => services[name].status === "down")
    .map((name) => `${name} is down: ${services[name].reason ?? "no reason given"}`);
  if (stuck !== undefined) reasons.push(stuck);
  return {
    status: reasons.length === 0 ? "healthy" : "degraded",
    reasons,
    services,
    ...(facts !== undefined && { statistics: facts.statistics }),
    sources,
  };
}
