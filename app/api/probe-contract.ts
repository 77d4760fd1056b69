import { z } from "zod";
import type { Contract } from "./contract.ts";

const query = z.object({
  verbose: z.unknown().optional().meta({ description: "List each check; the value does not matter" }),
});
const report = z.string().meta({ example: "[+]database ok\nreadyz check passed\n" });
const contentType = "text/plain";

/** Kubernetes' convention for health endpoints; https://kubernetes.io/docs/reference/using-api/health-checks/ */
export const probeContracts = {
  livez: { query, answers: { 200: { description: "The process answers", schema: report, contentType } } },
  readyz: {
    query,
    answers: {
      200: { description: "Every check passed", schema: report, contentType },
      503: { description: "A check failed; all are listed", schema: report, contentType },
    },
  },
  metrics: {
    answers: {
      200: { description: "Prometheus' text format", schema: z.string(), contentType },
    },
    problems: ["not-found"],
    answersItself: true,
  },
  openapi: {
    answers: { 200: { description: "This document", schema: z.looseObject({ openapi: z.string() }) } },
  },
} as const satisfies Record<string, Contract>;
