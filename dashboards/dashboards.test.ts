import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { jobTypes } from "../app/catalogue/job-types.ts";
import { type DashboardName, dashboards } from "../app/catalogue/panels.ts";
import { burnRates } from "../app/catalogue/slos.ts";
import { queueSizeBusy, thresholds } from "../app/catalogue/thresholds.ts";
import { datasources } from "./datasources.ts";
import { placeholder } from "./explore.ts";
import { renderDashboardFiles } from "./files.ts";
import { neutral } from "./steps.ts";

const SignSchema = z.object({ text: z.string(), color: z.string() });
const MappingsSchema = z.array(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("value"), options: z.record(z.string(), SignSchema) }),
    z.object({
      type: z.literal("special"),
      options: z.object({ match: z.literal("null+nan"), result: SignSchema }),
    }),
  ]),
);
const StepSchema = z.object({ value: z.number().nullable(), color: z.string() });
const PanelSchema = z.object({
  id: z.int(),
  type: z.enum(["stat", "timeseries", "state-timeline", "gauge", "table"]),
  title: z.string().min(3),
  description: z.string().min(20),
  datasource: z.object({ type: z.string(), uid: z.string() }),
  gridPos: z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) }),
  targets: z
    .array(
      z.looseObject({
        refId: z.string(),
        datasource: z.object({ type: z.string(), uid: z.string() }),
        expr: z.string().optional(),
      }),
    )
    .min(1),
  options: z.looseObject({}),
  fieldConfig: z.object({
    defaults: z.looseObject({
      unit: z.string().optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      mappings: MappingsSchema.default([]),
      thresholds: z.object({ mode: z.literal("absolute"), steps: z.array(StepSchema).min(1) }).optional(),
      links: z.array(z.looseObject({ url: z.string() })).optional(),
    }),
    overrides: z.array(
      z.object({
        matcher: z.object({ id: z.string(), options: z.string() }),
        properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
      }),
    ),
  }),
});

/** What Grafana's file provisioning needs of the classic model, and what we promise. */
const DashboardSchema = z.object({
  uid: z.string().max(40),
  title: z.string(),
  description: z.string().min(20),
  tags: z.tuple([z.literal("gozcu")]),
  schemaVersion: z.int().min(39),
  editable: z.literal(false),
  refresh: z.string().regex(/^\d+[sm]$/),
  time: z.object({ from: z.string().regex(/^now-\d+[hd]$/), to: z.literal("now") }),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  annotations: z.object({}),
  links: z.tuple([z.looseObject({ type: z.literal("dashboards"), tags: z.tuple([z.literal("gozcu")]) })]),
  panels: z.array(PanelSchema),
  id: z.never().optional(),
  version: z.never().optional(),
});

const names = Object.keys(dashboards) as DashboardName[];
const files = renderDashboardFiles();
const read = (name: DashboardName) => DashboardSchema.parse(JSON.parse(files[`${name}.json`] ?? ""));

function panelOf(name: DashboardName, panel: string) {
  const found = read(name).panels[(dashboards[name].panels as readonly string[]).indexOf(panel)];
  if (found === undefined) throw new Error(`${name} has no panel ${panel}`);
  return found;
}
const stepsOf = (name: DashboardName, panel: string) => panelOf(name, panel).fieldConfig.defaults.thresholds?.steps;

type Panel = ReturnType<typeof panelOf>;
/** The defaults' mappings, which hold without any series too, and those that take their place for one query. */
const mappingsOf = ({ fieldConfig }: Panel) => [
  fieldConfig.defaults.mappings,
  ...fieldConfig.overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === "mappings").map(({ value }) => MappingsSchema.parse(value)),
  ),
];

/** The colour in which Grafana paints a value: that of the first mapping that fits, else of the last step reached. */
function paint(value: number | null, mappings: z.infer<typeof MappingsSchema>, steps: z.infer<typeof StepSchema>[]) {
  for (const { type, options } of mappings) {
    const sign = type === "value" ? options[String(value)] : value === null ? options.result : undefined;
    if (sign !== undefined) return sign.color;
  }
  return steps.findLast((step) => step.value === null || (value !== null && value >= step.value))?.color;
}

/** In which colours a panel may show a value, or `null` where there is none. */
const coloursOf = (panel: Panel, value: number | null) =>
  mappingsOf(panel).map((mappings) => paint(value, mappings, panel.fieldConfig.defaults.thresholds?.steps ?? []));

describe("the four panels that people know", () => {
  test("are these, in this order", () => {
    const shown = read("overview").panels.map(({ title, type, targets, fieldConfig }) => ({
      title,
      type,
      expr: targets.map(({ expr }) => expr),
      unit: fieldConfig.defaults.unit,
    }));
    expect(shown).toEqual([
      { title: "Dashboard Status", type: "stat", expr: ['up{job="dashboard"}'], unit: "short" },
      { title: "Queue Size", type: "timeseries", expr: ["dashboard_jobs_pending"], unit: "short" },
      { title: "Success Rate", type: "gauge", expr: ["dashboard_webhook_success_rate * 100"], unit: "percent" },
      { title: "Processing Time", type: "timeseries", expr: ["dashboard_avg_processing_time"], unit: "s" },
    ]);
  });

  test("say up in green and down in red", () => {
    const status = panelOf("overview", "dashboardStatus");
    expect(status.fieldConfig.defaults).toMatchObject({
      mappings: [
        { type: "value", options: { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } } },
        { type: "special", options: { match: "null+nan", result: { text: "no data" } } },
      ],
      thresholds: {
        steps: [
          { value: null, color: "red" },
          { value: 1, color: "green" },
        ],
      },
    });
    expect(status.fieldConfig.overrides).toEqual([]);
  });

  test("colour the queue green, yellow and red, and the success rate by its target", () => {
    expect(queueSizeBusy).toBe(10);
    expect(stepsOf("overview", "queueSize")).toEqual([
      { value: null, color: "green" },
      { value: queueSizeBusy, color: "yellow" },
      { value: thresholds.queueSizeHigh.above, color: "red" },
    ]);
    expect(stepsOf("overview", "successRate")).toEqual([
      { value: null, color: "red" },
      { value: thresholds.webhookSuccessRateLow.below * 100, color: "green" },
    ]);
    expect(panelOf("overview", "successRate").fieldConfig.defaults).toMatchObject({ min: 0, max: 100 });
  });
});

describe.each(names)("the dashboard %s", (name) => {
  test("has the catalogue's uid, title and panels, numbered by their place", () => {
    const { uid, title, panels } = read(name);
    expect({ uid, title }).toEqual({ uid: dashboards[name].uid, title: dashboards[name].title });
    expect(panels.map(({ id }) => id)).toEqual(dashboards[name].panels.map((_, index) => index + 1));
  });

  test("names its data sources by their fixed uid, and a unit wherever it shows a metric", () => {
    for (const { title, datasource, targets, fieldConfig } of read(name).panels) {
      expect(Object.values(datasources)).toContainEqual(datasource);
      for (const target of targets) expect(target.datasource).toEqual(datasource);
      expect({ title, unit: fieldConfig.defaults.unit !== undefined }).toEqual({
        title,
        unit: datasource.uid === datasources.prometheus.uid,
      });
    }
  });

  test("places its panels inside the grid, none over another", () => {
    const taken = read(name).panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`);
    });
    expect(new Set(taken).size).toBe(taken.length);
  });

  test("asks for no variable that it lacks, and has none that it does not use", () => {
    const { templating, panels } = read(name);
    const asked = [...JSON.stringify(panels).matchAll(/\$\{?(\w+)/g)].map(([, variable]) => variable ?? "");
    const own = new Set(asked.filter((variable) => !variable.startsWith("__")));
    expect([...own].toSorted()).toEqual(templating.list.map((variable) => variable.name).toSorted());
  });
});

test("thresholds in panels are the alerts' constants", () => {
  const above = (value: number) => [
    { value: null, color: "green" },
    { value, color: "red" },
  ];
  const { image } = jobTypes;
  expect(stepsOf("jobs", "responseTime")).toEqual(above(thresholds.responseTimeHigh.above));
  expect(stepsOf("jobs", "queueWait")).toEqual(above(thresholds.queueWaitLong.above));
  expect(stepsOf("jobs", "oldestWait")).toEqual(above(image.waitObjectiveSeconds));
  expect(stepsOf("jobs", "jobProcessing")).toEqual(above(image.processingObjectiveMs));
  expect(stepsOf("jobs", "webrtcConnection")).toEqual(above(thresholds.webrtcConnectionSlow.above));
  expect(stepsOf("jobs", "sourceAge")).toEqual(above(thresholds.telemetrySourceSilent.above));
  expect(stepsOf("jobs", "jobSuccessRate")?.map(({ value }) => value)).toEqual([
    null,
    thresholds.jobSuccessRateLow.below,
  ]);
  expect(stepsOf("slos", "burnRate")?.slice(1)).toEqual(
    burnRates
      .map(({ factor, severity }) => ({ value: factor, color: severity === "critical" ? "red" : "orange" }))
      .toReversed(),
  );
});

const single = names.flatMap((name) =>
  read(name).panels.flatMap((panel) => (["stat", "gauge"].includes(panel.type) ? [{ title: panel.title, panel }] : [])),
);

test.each(single)("$title shows the absence of data in no colour that says good or bad", ({ panel }) => {
  for (const colour of coloursOf(panel, null)) expect(colour).toBe(neutral);
});

test("no failure is good, and the first one is bad", () => {
  const panel = panelOf("stack", "ruleFailures");
  expect([0, 1].flatMap((count) => coloursOf(panel, count))).toEqual(["green", "red"]);
});

test("states are told by the words of the catalogue, and red is the one that an alert is about", () => {
  const red = (panel: Panel) =>
    mappingsOf(panel)
      .flat()
      .flatMap(({ type, options }) => (type === "value" ? Object.values(options) : []))
      .flatMap(({ text, color }) => (color === "red" ? [text] : []));
  expect(red(panelOf("stack", "services"))).toEqual(["degraded", "down"]);
  expect(red(panelOf("stack", "workers"))).toEqual(["stalled"]);
  expect(red(panelOf("stack", "targets"))).toEqual(["down"]);
  expect(red(panelOf("jobs", "queueHealth"))).toEqual(["high"]);
});

describe("traces", () => {
  const panes = (url: string) => {
    const text = new URL(url, "http://grafana").searchParams.get("panes") ?? "";
    return z.object({ traces: z.looseObject({}) }).parse(JSON.parse(text)).traces;
  };

  test("are a search for the chosen service, and open by their id", () => {
    const { targets, fieldConfig } = panelOf("jobs", "traces");
    expect(targets).toMatchObject([
      { queryType: "search", service: placeholder("service"), datasource: datasources.jaeger },
    ]);
    const [override] = fieldConfig.overrides;
    expect(override?.matcher).toEqual({ id: "byName", options: "traceID" });
    const [link] = z.array(z.looseObject({ url: z.string() })).parse(override?.properties[0]?.value);
    expect(panes(link?.url ?? "")).toMatchObject({
      datasource: datasources.jaeger.uid,
      queries: [{ refId: "A", query: placeholder("__value.raw") }],
    });
  });

  test("are a click away from what the metrics show, in the same time", () => {
    const [link] = panelOf("jobs", "responseTime").fieldConfig.defaults.links ?? [];
    // Grafana replaces only what is not encoded.
    expect(link?.url).toContain(placeholder("service"));
    expect(panes(link?.url ?? "")).toMatchObject({
      queries: [{ queryType: "search" }],
      range: { from: placeholder("__from"), to: placeholder("__to") },
    });
  });
});

test("the same catalogue gives the same files, each ending with a newline", () => {
  expect(Object.keys(files)).toEqual(names.map((name) => `${name}.json`));
  expect(renderDashboardFiles()).toEqual(files);
  for (const text of Object.values(files)) expect(text.endsWith("}\n")).toBe(true);
});
