import { limits } from "../catalogue/limits.ts";
import { type ServiceName, serviceNames } from "../catalogue/names.ts";
import type { Handlers, Reply } from "./call.ts";
import type { HealthDesk, HealthSnapshot, ServiceState, Statistics } from "./ports.ts";

/** Both answer from memory: their budgets hold even when every dependency hangs. */
export function createHealthHandlers({ health }: { readonly health: HealthDesk }): Pick<Handlers, "ping" | "health"> {
  return {
    ping: () => ({ status: 200, body: { status: "ok", message: "pong", timestamp: new Date().toISOString() } }),
    health: () => {
      const { status, reasons, services, statistics } = health.snapshot();
      return {
        status: 200,
        body: {
          status,
          reasons: [...reasons],
          services: renderServices(services),
          statistics: statistics ? renderStatistics(statistics, Date.now()) : unknownStatistics,
        },
      };
    },
  };
}

type Health = Reply<"health">["body"];

function renderServices(services: HealthSnapshot["services"]): Health["services"] {
  const rendered = serviceNames.map((name) => [name, renderService(services[name])] as const);
  return Object.fromEntries(rendered) as Health["services"];
}

function renderService({ since, checkedAt, ...rest }: ServiceState): Health["services"][ServiceName] {
  return { ...rest, since: since.toISOString(), ...(checkedAt && { checkedAt: checkedAt.toISOString() }) };
}

function renderStatistics({ total, byStatus, queueHealth, readAt }: Statistics, nowMs: number): Health["statistics"] {
  const ageMs = Math.max(0, nowMs - readAt.getTime());
  return {
    total,
    pending: byStatus.pending,
    completed: byStatus.completed,
    queueHealth: queueHealth === "healthy" ? "good" : "high",
    asOf: readAt.toISOString(),
    ageSeconds: Math.floor(ageMs / 1_000),
    stale: ageMs > limits.statisticsStaleMs,
  };
}

/** Before the database has answered once. Zero would be a number that nobody has read. */
const unknownStatistics: Health["statistics"] = {
  total: null,
  pending: null,
  completed: null,
  queueHealth: null,
  asOf: null,
  ageSeconds: null,
  stale: true,
};
