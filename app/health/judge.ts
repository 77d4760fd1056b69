import type { HealthSnapshot, ServiceState, SourceReport, Statistics } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { type ServiceName, serviceNames } from "../catalogue/names.ts";
import { services } from "../catalogue/services.ts";

/** What the database knows beside the statistics. */
export interface Facts {
  readonly statistics: Statistics;
  /** Since when attempts fail with no success between; undefined when none failed within `limits.webhookWindowSeconds`. */
  readonly webhookFailingSince?: Date;
  /** When any worker last made progress; undefined when none ever did. */
  readonly progressedAt?: Date;
}

/** Webhooks are down when they have failed for the whole window and none got through. */
export function judgeWebhooks({ statistics, webhookFailingSince }: Facts): string | undefined {
  if (webhookFailingSince === undefined) return undefined;
  const failingSeconds = (statistics.readAt.getTime() - webhookFailingSince.getTime()) / 1_000;
  if (failingSeconds < limits.webhookWindowSeconds) return undefined;
  return `deliveries have failed and none has succeeded since ${webhookFailingSince.toISOString()}`;
}

/**
 * Whether a state still tells how the service is. A probe's result that is too old says `down` itself; what is derived
 * from another service's answers is known for as long as they are fresh.
 */
export function isKnown(name: ServiceName, { checkedAt }: ServiceState, now: Date): boolean {
  if (checkedAt === undefined) return false;
  const service = services[name];
  return !("derivedFrom" in service) || now.getTime() - checkedAt.getTime() <= service.staleAfterMs;
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
  states: Readonly<Record<ServiceName, ServiceState>>,
  facts: Facts | undefined,
  sources: readonly SourceReport[],
): HealthSnapshot {
  const stuck = facts && states.database.status === "up" ? judgeWorkers(facts) : undefined;
  const reasons = serviceNames
    .filter((name) => states[name].status === "down")
    .map((name) => `${name} is down: ${states[name].reason ?? "no reason given"}`);
  if (stuck !== undefined) reasons.push(stuck);
  return {
    status: reasons.length === 0 ? "healthy" : "degraded",
    reasons,
    services: states,
    ...(facts !== undefined && { statistics: facts.statistics }),
    sources,
  };
}
