import type { HealthSnapshot, ServiceState, SourceReport, Statistics } from "../api/ports.ts";
import { limits } from "../catalogue/limits.ts";
import { type RemediationOutcome, type ServiceName, serviceNames } from "../catalogue/names.ts";
import { services } from "../catalogue/services.ts";

/** What the database knows beside the statistics. */
export interface Facts {
  readonly statistics: Statistics;
  /** Since when attempts fail with no success between; undefined when none failed within `limits.webhookWindowSeconds`. */
  readonly webhookFailingSince?: Date;
  /** When any worker last gave a sign of life, and when any last made progress; undefined when none ever did. */
  readonly workerSeenAt?: Date;
  readonly progressedAt?: Date;
  /** How many attempts to mend something ended in each way; undefined when none is configured and none ever was made. */
  readonly remediations?: Readonly<Record<RemediationOutcome, number>>;
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

/**
 * Why the workers count as stalled: jobs wait, and for too long none has given a sign of life, or none has got on with
 * any job. Time counts from when the jobs began to wait, so that an idle night is no standstill. All of it is by
 * Postgres' clock: those of the workers and of this process do not matter.
 */
export function judgeWorkers({ statistics, workerSeenAt, progressedAt }: Facts): string | undefined {
  if (statistics.byStatus.pending === 0) return undefined;
  const readAt = statistics.readAt.getTime();
  const waitingSince = readAt - statistics.oldestWaitSeconds * 1_000;
  const secondsWithout = (last: Date | undefined) => (readAt - Math.max(waitingSince, last?.getTime() ?? 0)) / 1_000;
  const silent = secondsWithout(workerSeenAt);
  if (silent > limits.workerSilentSeconds)
    return `jobs are waiting and no worker has given a sign of life for ${Math.round(silent)} s`;
  const idle = secondsWithout(progressedAt);
  if (idle > limits.workerProgressSeconds)
    return `jobs are waiting and no worker has made progress for ${Math.round(idle)} s`;
  return undefined;
}

/** Puts the probes' results and the database's facts together. */
export function renderSnapshot(
  states: Readonly<Record<ServiceName, ServiceState>>,
  facts: Facts | undefined,
  sources: readonly SourceReport[],
): HealthSnapshot {
  const stall = facts && states.database.status === "up" ? judgeWorkers(facts) : undefined;
  const reasons = serviceNames
    .filter((name) => states[name].status === "down")
    .map((name) => `${name} is down: ${states[name].reason ?? "no reason given"}`);
  if (stall !== undefined) reasons.push(stall);
  return {
    status: reasons.length === 0 ? "healthy" : "degraded",
    reasons,
    services: states,
    workersStalled: stall !== undefined,
    ...(facts !== undefined && { statistics: facts.statistics }),
    ...(facts?.remediations !== undefined && { remediations: facts.remediations }),
    sources,
  };
}
