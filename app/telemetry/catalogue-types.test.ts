import { expect, test } from "@jest/globals";
import type { Meter } from "@opentelemetry/api";
import type { BucketOf, LabelsOf } from "../catalogue/metrics.ts";
import type { DashboardSample } from "./dashboard-exporter.ts";
import { type Metrics, observeGauge } from "./instruments.ts";
import { typeCheck } from "./type-check.ts";

/** Never called: each line is for the compiler, which reports an expected error that does not come. */
function mistakes(metrics: Metrics, meter: Meter) {
  metrics.webrtcConnectionTime.record(234);
  metrics.queueWaitTime.record(5_000, { origin: "job" });
  metrics.jobProcessingTime.record(900, { job_type: "image", outcome: "completed" });
  metrics.activeSpans.add(-1);
  metrics.webhookDeliveries.add(1, { outcome: "delivered" });

  // @ts-expect-error a label that the metric lacks
  metrics.queueWaitTime.record(5_000, { origin: "job", queue: "jobs" });
  // @ts-expect-error a label on a metric without labels
  metrics.webrtcConnectionTime.record(234, { browser: "firefox" });
  // @ts-expect-error a value that the label does not take
  metrics.queueWaitTime.record(5_000, { origin: "browser" });
  // @ts-expect-error one label missing
  metrics.jobProcessingTime.record(900, { job_type: "image" });
  // @ts-expect-error all labels missing
  metrics.queueWaitTime.record(5_000);
  // @ts-expect-error a counter without its label
  metrics.webhookDeliveries.add(1);
  // @ts-expect-error a value that the counter's label does not take
  metrics.webhookDeliveries.add(1, { outcome: "refused" });
  // @ts-expect-error no such instrument
  metrics.jobTime.record(900);
  // @ts-expect-error a counter of the other endpoint is no instrument
  metrics.dashboardJobsTotal.add(1);

  observeGauge(meter, "queue_depth", () => [{ value: 3, labels: { queue: "jobs", state: "waiting" } }]);
  // @ts-expect-error a state that the gauge does not know
  observeGauge(meter, "queue_depth", () => [{ value: 3, labels: { queue: "jobs", state: "lost" } }]);
  // @ts-expect-error a histogram is not a gauge
  observeGauge(meter, "queue_wait_time", () => [{ value: 3, labels: { origin: "job" } }]);

  const up: DashboardSample = { metric: "dashboard_service_up", value: 1, labels: { service: "database" } };
  // @ts-expect-error an unknown service
  const unknown: LabelsOf<"dashboard_service_up"> = { service: "redis" };
  // @ts-expect-error labels of another metric
  const mixed: DashboardSample = { metric: "dashboard_status", value: 1, labels: { service: "database" } };
  // @ts-expect-error a metric of the other endpoint
  const other: DashboardSample = { metric: "active_spans", value: 1, labels: {} };

  const exact: BucketOf<"webrtc_connection_time"> = 300;
  // @ts-expect-error a threshold between two buckets, which no quantile can tell exactly
  const between: BucketOf<"webrtc_connection_time"> = 299;
  return { up, unknown, mixed, other, exact, between };
}

test("a wrong label, service or threshold does not compile", async () => {
  void mistakes;
  expect(await typeCheck(import.meta.url)).toBe("");
});
