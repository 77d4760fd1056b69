import { z } from "zod";
import { limits } from "../catalogue/limits.ts";
import { remediationOutcomes } from "../catalogue/names.ts";
import type { Contract } from "./contract.ts";
import { time } from "./scalars.ts";

const texts = z.record(z.string(), z.string());
const fingerprint = z
  .string()
  .min(1)
  .meta({ description: "Of the labels, by Alertmanager", example: "1c6d9c4b0f2a7e35" });

const reported = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: z
    .object({ alertname: z.string().min(1) })
    .catchall(z.string())
    .meta({ example: { alertname: "ComfyuiDown", severity: "critical", service: "comfyui" } }),
  annotations: texts.meta({ example: { summary: "ComfyUI is down" } }),
  // Alertmanager writes nanoseconds, and its own offset from UTC.
  startsAt: z.iso.datetime({ offset: true }).meta({ example: "2026-11-23T15:04:05.678912345Z" }),
  fingerprint,
});

/**
 * What is read of Alertmanager's webhook; its other fields are let pass unseen, so that a newer version may have more.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
const report = z
  .object({ version: z.literal("4"), alerts: z.array(reported) })
  .meta({ id: "AlertReport", description: "Alertmanager's webhook; fields that are not listed here are ignored" });

const firing = z
  .object({
    name: z.string(),
    severity: z.string().nullable(),
    labels: texts,
    annotations: texts,
    since: time,
    lastSeenAt: time.meta({ description: "When Alertmanager last repeated it" }),
    fingerprint,
  })
  .meta({ id: "FiringAlert" });

const remediation = z
  .object({
    id: z.uuid(),
    alert: z.string().meta({ description: "What was to be mended" }),
    startedAt: time,
    endedAt: time.nullable().meta({ description: "Null while the command runs" }),
    outcome: z.enum(remediationOutcomes).nullable(),
    reason: z.string().nullable().meta({ description: "Why it counts as failed" }),
    output: z.string().meta({ description: `The last ${limits.remediationOutputCharacters} characters it wrote` }),
  })
  .meta({ id: "Remediation" });

const watchdog = z
  .object({
    lastSeenAt: time.nullable(),
    ageSeconds: z.int().min(0).nullable(),
    alive: z.boolean().meta({ description: `Whether it was heard within ${limits.watchdogSilentSeconds} s` }),
  })
  .meta({ id: "Watchdog", description: "An alert that always fires: its silence says that alerting itself is broken" });

export const alertContracts = {
  alertReport: {
    body: report,
    bodyBytes: limits.jobBodyBytes,
    answers: { 202: { description: "Taken note of", schema: z.object({ accepted: z.int().min(0) }) } },
    problems: ["invalid-input"],
  },
  alertList: {
    answers: {
      200: {
        description:
          "What this process has heard from Alertmanager. Several API processes do not share it: with them, what fires " +
          "and the Watchdog depend on which one answers; the remediations are the same for all",
        schema: z.object({
          watchdog,
          alerts: z.array(firing).meta({ description: "The latest first" }),
          remediations: z
            .array(remediation)
            .nullable()
            .meta({ description: "Newest first; null while the database is not reachable" }),
        }),
      },
    },
  },
} as const satisfies Record<string, Contract>;
