import { measure } from "../alerts/expression.ts";
import type { PanelName } from "../app/catalogue/panels.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import { thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { PanelSpec } from "./panel.ts";
import { limitSteps, objectiveSteps } from "./steps.ts";

/** How many wait, and for how long. */
export const queuePanels = {
  queueWait: {
    view: "timeseries",
    title: "Wait in the queue (mean)",
    description: "Time from accepted to taken by a worker. When it stays above the line, the workers are too few.",
    width: 12,
    unit: signals.queue_wait_time.unit,
    queries: [
      { promql: measure(thresholds.queueWaitLong).value, legend: "all" },
      { promql: promql.mean("queue_wait_time", rateWindowSeconds, { by: ["origin"] }), legend: "by {{origin}}" },
    ],
    steps: limitSteps(thresholds.queueWaitLong),
    range: { min: 0 },
    traced: true,
  },
  oldestWait: {
    view: "timeseries",
    title: "Wait of the oldest job",
    description:
      "How long the oldest pending job has waited. Above the line the queue's health is high, however short the queue is.",
    width: 8,
    unit: signals.dashboard_queue_oldest_wait_seconds.unit,
    queries: [{ promql: promql.level("dashboard_queue_oldest_wait_seconds"), legend: "oldest" }],
    steps: objectiveSteps(({ waitObjectiveSeconds }) => waitObjectiveSeconds),
    range: { min: 0 },
  },
  queueHealth: {
    view: "stat",
    title: "Queue health",
    description:
      "High: too many jobs wait, or one has waited longer than its objective. The two panels beside say which.",
    width: 4,
    unit: signals.dashboard_queue_health.unit,
    queries: [{ promql: promql.level("dashboard_queue_health"), legend: "queue", states: "dashboard_queue_health" }],
  },
  queueDepth: {
    view: "timeseries",
    title: "Queues",
    description:
      "Entries of each queue by state. Waiting grows while active is 0: no worker takes them. Delayed are those to be tried again.",
    width: 12,
    unit: signals.queue_depth.unit,
    queries: [{ promql: promql.level("queue_depth", { by: ["queue", "state"] }), legend: "{{queue}} {{state}}" }],
    range: { min: 0 },
  },
} satisfies Partial<Record<PanelName<"jobs">, PanelSpec>>;
