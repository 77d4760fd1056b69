import { readFile } from "node:fs/promises";
import { z } from "zod";
import { errorMessage } from "../../app/error-message.ts";

/**
 * What is read of the data that k6 gives to `handleSummary`; its other fields are let pass.
 * https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/
 */
const SummarySchema = z.object({
  state: z.object({ testRunDurationMs: z.number() }),
  metrics: z.record(
    z.string(),
    z.object({
      type: z.enum(["counter", "gauge", "rate", "trend"]),
      values: z.record(z.string(), z.number()),
      thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).exactOptional(),
    }),
  ),
});

export type Summary = z.infer<typeof SummarySchema>;

/** @throws Error when there is no such file, or it is no summary. */
export async function readSummary(file: string): Promise<Summary> {
  try {
    return SummarySchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new Error(`${file} is no summary of k6: ${reason}`, { cause });
  }
}
