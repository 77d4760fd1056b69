import { describe, expect, test } from "@jest/globals";
import { parser } from "@prometheus-io/lezer-promql";
import { z } from "zod";
import { burnRecordings } from "../alerts/slo-recordings.ts";
import { type SignalName, signals } from "../app/catalogue/signals.ts";
import { signalName } from "../app/telemetry/promql.ts";
import { panelQueries, renderDashboardFiles } from "./files.ts";

/** The names of the series that an expression selects. */
function readMetricNames(expr: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expr}`);
      if (type.name === "Identifier" && node.parent?.name === "VectorSelector") found.push(expr.slice(from, to));
    },
  });
  return found;
}

const sampleNames = (name: SignalName) =>
  signals[name].kind === "histogram"
    ? ["_bucket", "_sum", "_count"].map((end) => signalName(name) + end)
    : [signalName(name)];

describe("every query", () => {
  const recorded = burnRecordings.flatMap(({ rules }) =>
    rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
  );

  test.each(panelQueries())("of $dashboard $panel is PromQL over the catalogue: $expr", ({ expr, reads }) => {
    const known = new Set([...reads.flatMap(sampleNames), ...recorded]);
    expect(readMetricNames(expr).filter((name) => !known.has(name))).toEqual([]);
  });

  test("stands in the JSON as it is listed", () => {
    const ModelSchema = z.object({
      panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string().optional() })) })),
    });
    const written = Object.values(renderDashboardFiles()).flatMap((text) =>
      ModelSchema.parse(JSON.parse(text)).panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? [])),
    );
    expect(written).toEqual(panelQueries().map(({ expr }) => expr));
  });
});

test("the parser of these tests tells what is no PromQL", () => {
  expect(() => readMetricNames("sum by (x) (rate(up[5m])")).toThrow(/not PromQL/);
  expect(readMetricNames("a / on (b) slo:c:d")).toEqual(["a", "slo:c:d"]);
});
