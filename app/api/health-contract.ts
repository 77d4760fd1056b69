import { z } from "zod";
import { limits } from "../catalogue/limits.ts";
import { serviceNames } from "../catalogue/names.ts";
import type { Contract } from "./contract.ts";
import { time } from "./scalars.ts";

const ping = z.object({ status: z.literal("ok"), message: z.literal("pong"), timestamp: time }).meta({ id: "Ping" });

const service = z
  .object({
    status: z.enum(["up", "down"]),
    since: time.meta({ description: "When the status last changed" }),
    checkedAt: time.optional().meta({ description: "When the last probe ended" }),
    latencyMs: z.number().optional().meta({ description: "How long that probe took" }),
    reason: z.string().optional().meta({ description: "Why it is down, or why its state is not known" }),
    version: z.string().optional().meta({ description: "The version of ComfyUI" }),
    demo: z.boolean().optional().meta({ description: "Whether ComfyUI is the demo renderer" }),
  })
  .meta({ id: "Service" });

const count = z.int().min(0).nullable();

const statistics = z
  .object({
    total: count.meta({ description: "Jobs ever accepted" }),
    pending: count,
    completed: count,
    queueHealth: z.enum(["good", "high"]).nullable(),
    asOf: time.nullable().meta({ description: "When these numbers were read" }),
    ageSeconds: z.int().min(0).nullable(),
    stale: z.boolean().meta({ description: `Older than ${limits.statisticsStaleMs / 1000} s: the last known numbers` }),
  })
  .meta({ id: "HealthStatistics", description: "All null until the database has answered for the first time" });

const health = z
  .object({
    status: z.enum(["healthy", "degraded"]),
    reasons: z.array(z.string()).meta({ description: "Why it is degraded" }),
    services: z.record(z.enum(serviceNames), service),
    statistics,
  })
  .meta({ id: "Health" });

export const healthContracts = {
  ping: { answers: { 200: { description: "The process is there", schema: ping } } },
  health: { answers: { 200: { description: "Healthy or degraded", schema: health } } },
} as const satisfies Record<string, Contract>;
