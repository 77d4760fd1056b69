import type { ServiceState, Statistics } from "../api/ports.ts";
import type { ServiceName } from "../catalogue/names.ts";
import type { Facts } from "./judge.ts";

/** For tests only: a service in which all is well. */

export const readAt = new Date("2026-11-23T10:00:00.000Z");

export const statistics: Statistics = {
  total: 1_500,
  byStatus: { pending: 0, processing: 2, completed: 1_200, failed: 50, cancelled: 3 },
  accepted: { lastHour: 12, last24Hours: 250, last7Days: 1_400 },
  averageProcessingTimeMs: 120_000,
  jobSuccessRatio: 0.96,
  webhooksTotal: 1_190,
  webhookSuccessRatio: 0.97,
  oldestWaitSeconds: 0,
  queueHealth: "healthy",
  readAt,
};

export const facts: Facts = { statistics, workerSeenAt: readAt, progressedAt: readAt };

const up: ServiceState = { status: "up", since: readAt, checkedAt: readAt, latencyMs: 2 };
export const allUp: Readonly<Record<ServiceName, ServiceState>> = { database: up, queue: up, comfyui: up, webhook: up };
export const down: ServiceState = { status: "down", since: readAt, checkedAt: readAt, reason: "connection refused" };

/** Jobs that wait; nobody has got on with any for `idleSeconds`, nor given a sign of life for `silentSeconds`. */
export function waiting(pending: number, oldestWaitSeconds: number, idleSeconds: number, silentSeconds = 0): Facts {
  const ago = (seconds: number) => new Date(readAt.getTime() - seconds * 1_000);
  return {
    ...facts,
    statistics: { ...statistics, byStatus: { ...statistics.byStatus, pending }, oldestWaitSeconds },
    progressedAt: ago(idleSeconds),
    workerSeenAt: ago(silentSeconds),
  };
}
