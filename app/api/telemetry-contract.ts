import { z } from "zod";
import { limits } from "../catalogue/limits.ts";
import { jobStatuses } from "../catalogue/names.ts";
import type { Contract } from "./contract.ts";
import { time } from "./scalars.ts";

const sourceName = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, "must be 1 to 63 of a-z, 0-9 and -")
  .meta({ example: "lensia-main-site" });

const metricName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/, "a metric's name is a letter, then at most 63 letters, digits or _");

const values = z.record(metricName, z.number()).meta({ example: { activeUsers: 1250, jobsSubmitted: 250 } });

const report = z
  .strictObject({
    source: sourceName,
    metrics: values
      .refine((metrics) => Object.keys(metrics).length > 0, "needs at least one metric")
      .meta({ override: { minProperties: 1 } }),
  })
  .meta({ id: "TelemetryReport" });

const count = z.int().min(0);
const duration = z.string().nullable().meta({ description: "For people; null with no data", example: "2m" });
const percentage = z.string().nullable().meta({
  description: "For people: whole per cent, rounded down, so that 100% means all; null with no data",
  example: "96%",
});
const ratio = z.number().min(0).max(1).nullable().meta({ example: 0.96 });
const windowSeconds = z.literal(limits.windowSeconds).meta({ description: "Averages and rates are over this window" });

const telemetry = z
  .object({
    jobs: z.object({
      total: count.meta({ description: "Jobs ever accepted; survives retention" }),
      byStatus: z.record(z.enum(jobStatuses), count),
      timeline: z.object({ lastHour: count, last24Hours: count, last7Days: count }),
      performance: z.object({
        averageProcessingTime: duration,
        averageProcessingTimeMs: z.number().nullable(),
        successRate: percentage,
        successRateRatio: ratio,
        windowSeconds,
      }),
    }),
    queue: z.object({ health: z.enum(["healthy", "high"]), size: count, oldestWaitSeconds: z.number().min(0) }),
    webhooks: z.object({ total: count, successRate: percentage, successRateRatio: ratio, windowSeconds }),
    sources: z.array(z.object({ source: sourceName, metrics: values, reportedAt: time })),
  })
  .meta({ id: "Telemetry" });

const accepted = z.object({ status: z.literal("accepted"), source: sourceName, metrics: count });

export const telemetryContracts = {
  telemetryRead: {
    answers: { 200: { description: "The numbers", schema: telemetry } },
    problems: ["database-unavailable"],
  },
  telemetryReport: {
    body: report,
    answers: { 202: { description: "Kept, and exported with the next scrape", schema: accepted } },
    problems: ["invalid-input", "limit-exceeded", "database-unavailable"],
  },
} as const satisfies Record<string, Contract>;
