import { type AlertName, alertNames, alertsNamed } from "../app/catalogue/alerts.ts";
import { type SignalName, signals } from "../app/catalogue/signals.ts";
import { signalName } from "../app/telemetry/promql.ts";
import type { Links } from "./alert-rules.ts";
import { expectAlways } from "./rule-test-conditions.ts";
import { repeat } from "./rule-test-course.ts";
import { type ExpectedAlert, type InputSeries, type RuleTest, renderTestFile } from "./rule-test-file.ts";
import { allLabels, renderSeriesName } from "./rule-test-labels.ts";

/** Longer than the longest `for`, and than the windows that people wait for. */
const freshSeconds = 7_200;
const stepSeconds = 60;
const steps = freshSeconds / stepSeconds;

/** What counts stands at 0; what is read is not known yet. */
function renderUnused(name: SignalName): readonly InputSeries[] {
  const row = signals[name];
  if (row.kind !== "counter" && row.kind !== "histogram") return [];
  const ends =
    "buckets" in row
      ? [
          { end: "_sum" },
          { end: "_count" },
          ...[...row.buckets.map(String), "+Inf"].map((le) => ({ end: "_bucket", labels: { le } })),
        ]
      : [{ end: "" }];
  return allLabels(name).flatMap((labels) =>
    ends.map((part) => ({
      series: renderSeriesName(signalName(name) + part.end, { ...labels, ...("labels" in part && part.labels) }),
      values: repeat(steps + 1, 0),
    })),
  );
}

function alwaysFiring(name: AlertName, links: Links): readonly ExpectedAlert[] {
  return alertsNamed(name).flatMap((alert) => expectAlways(alert, links));
}

function renderQuiet(name: string, series: readonly InputSeries[], links: Links): RuleTest {
  const checks = alertNames.flatMap((alert) =>
    [0, 1, 10, steps].map((step) => ({ step, alert, firing: alwaysFiring(alert, links) })),
  );
  return { name, series, checks };
}

/** Before anything is known, and before anything has happened, nothing fires but what fires always. */
export function renderFreshStart(links: Links): string {
  const unused = (Object.keys(signals) as readonly SignalName[]).flatMap(renderUnused);
  return renderTestFile(stepSeconds, [
    renderQuiet("a fresh start: no series yet", [], links),
    renderQuiet("a fresh start: counters at 0, nothing known", unused, links),
  ]);
}
