import { expect, test } from "@jest/globals";
import * as promql from "./promql.ts";
import { typeCheck } from "./type-check.ts";

/** Never called: each line is for the compiler, which reports an expected error that does not come. */
function mistakes() {
  promql.level("dashboard_service_up", { where: { service: "comfyui" }, by: ["service"] });
  promql.rate("job_processing_time", 300, {
    where: { outcome: ["completed", "failed"] },
    by: ["job_type", "instance"],
  });
  promql.shareAbove("http.server.request.duration", 0.2, 300);

  // @ts-expect-error a gauge has no rate
  promql.rate("dashboard_jobs_pending", 300);
  // @ts-expect-error nor an increase
  promql.increase("dashboard_jobs_pending", 300);
  // @ts-expect-error a histogram has no level
  promql.level("queue_wait_time");
  // @ts-expect-error a counter's level says nothing
  promql.level("dashboard_jobs_total");
  // @ts-expect-error a histogram's increase is that of its observations, which is asked for otherwise
  promql.increase("queue_wait_time", 300);
  // @ts-expect-error a gauge has no quantile
  promql.quantile(0.95, "dashboard_jobs_pending", 300);
  // @ts-expect-error a counter has no mean
  promql.mean("webhook_deliveries", 300);
  // @ts-expect-error a number of jobs is no moment
  promql.age("dashboard_jobs_pending");
  // @ts-expect-error no such metric
  promql.level("dashboard_jobs_waiting");
  // @ts-expect-error a label that the metric lacks
  promql.level("dashboard_jobs_pending", { where: { queue: "jobs" } });
  // @ts-expect-error a label to group by that the metric lacks
  promql.level("dashboard_jobs_pending", { by: ["queue"] });
  // @ts-expect-error a label in Prometheus' spelling
  promql.rate("http.server.request.duration", 300, { by: ["http_route"] });
  // @ts-expect-error a value that the label does not take
  promql.level("dashboard_service_up", { where: { service: "redis" } });
  // @ts-expect-error one such among others
  promql.rate("job_processing_time", 300, { where: { outcome: ["completed", "lost"] } });
  // @ts-expect-error a bound that is no bucket
  promql.shareAbove("http.server.request.duration", 0.15, 300);
  // @ts-expect-error a bound of another histogram
  promql.shareAbove("http.server.request.duration", 300, 300);
  // @ts-expect-error no such objective
  promql.burnRate(3_600, "uptime");
}

test("a question that the metric cannot answer does not compile", async () => {
  void mistakes;
  expect(await typeCheck(import.meta.url)).toBe("");
});
