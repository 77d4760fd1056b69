import { promName } from "../../../../app/catalogue/metrics.ts";
import { initObservability } from "../../../../app/telemetry/observability.ts";
import { readTelemetrySettings } from "../../../../app/telemetry/settings.ts";
import { readScrape } from "../../scrape/text.ts";
import { payload, type Target } from "../target.ts";

const histograms = (["queue_wait_time", "job_processing_time"] as const).map((name) => `${promName(name)}_count`);

/** BullMQ with this repository's telemetry, as the service has it: a span where a job is accepted, and one where it is done. */
export async function startTarget(environment: Readonly<Record<string, string | undefined>>): Promise<Target> {
  const settings = readTelemetrySettings(environment);
  const { tracing, metrics, prometheusUrl, flush } = initObservability(settings.OTEL_SERVICE_NAME, { settings });
  const producer = { kind: "producer", attributes: { "job.type": payload.type } } as const;
  const waited = { origin: "job" } as const;
  const processed = { job_type: "image", outcome: "completed" } as const;
  return {
    add: (send) => tracing.run("enqueue job", producer, () => send({ ...payload, carrier: tracing.carrier() })),
    handle(job, work) {
      const parent = job.data.carrier ?? {};
      const attributes = { "job.id": String(job.id), "job.type": job.data.type, "job.attempt": 1 };
      return tracing.run("process image", { kind: "consumer", parent, attributes }, async () => {
        // The two times may be of different clocks.
        metrics.queueWaitTime.record(Math.max(0, (job.processedOn ?? job.timestamp) - job.timestamp), waited);
        const startedAt = performance.now();
        await work();
        metrics.jobProcessingTime.record(performance.now() - startedAt, processed);
        tracing.annotate({ "job.outcome": processed.outcome });
      });
    },
    flush,
    async readCounts() {
      const scrape = readScrape(await (await fetch(String(await prometheusUrl))).text());
      return histograms.map(scrape.sumOf);
    },
  };
}
