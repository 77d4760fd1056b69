import { measure } from "../alerts/expression.ts";
import { limits } from "../app/catalogue/limits.ts";
import type { PanelName } from "../app/catalogue/panels.ts";
import { signals } from "../app/catalogue/signals.ts";
import { thresholds } from "../app/catalogue/thresholds.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { PanelSpec } from "./panel.ts";
import { limitSteps } from "./steps.ts";

/** What others measured: the visitors' browsers and the partners' sites. */
export const reportPanels = {
  webrtcConnection: {
    view: "timeseries",
    title: "WebRTC connection time (p95)",
    description:
      "As the visitors' browsers measured it. Above the line: look whether the TURN server is reached and its secret is current.",
    width: 12,
    unit: signals.webrtc_connection_time.unit,
    queries: [{ promql: measure(thresholds.webrtcConnectionSlow).value, legend: "p95" }],
    steps: limitSteps(thresholds.webrtcConnectionSlow),
    range: { min: 0 },
  },
  sources: {
    view: "timeseries",
    title: "What telemetry sources report",
    description:
      "The last value of each metric that a partner reported. Flat lines may be a source that is silent: see its age beside.",
    width: 12,
    unit: "{value}",
    queries: [
      {
        promql: promql.level("dashboard_source_value", { by: ["source", "metric"] }),
        legend: "{{source}} {{metric}}",
      },
    ],
  },
  sourceAge: {
    view: "timeseries",
    title: "Time since a source's last report",
    description:
      "Above the line a source counts as silent: ask its owner, and look for its requests among those above.",
    width: 12,
    unit: signals.dashboard_source_last_report_timestamp_seconds.unit,
    queries: [{ promql: measure(thresholds.telemetrySourceSilent).value, legend: "{{source}}" }],
    steps: limitSteps({ above: limits.sourceSilentSeconds }),
    range: { min: 0 },
  },
} satisfies Partial<Record<PanelName<"jobs">, PanelSpec>>;
