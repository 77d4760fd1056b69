import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { overview } from "../../dashboards/overview.ts";
import { readSvgElements } from "../../infra/e2e/svg-elements.ts";
import { type HistoryRange, historyRanges } from "../catalogue/history.ts";
import { dashboards } from "../catalogue/panels.ts";
import { renderChart, renderChartTable } from "./chart.ts";
import { frame } from "./chart-frame.ts";
import { type Band, chartNames, chartRows } from "./chart-rows.ts";
import type { ChartName, PanelHistory } from "./history.ts";
import { createTestHistory } from "./test-history.ts";

const ranges = Object.keys(historyRanges) as readonly HistoryRange[];
const css = readFileSync(new URL("chart.css", import.meta.url), "utf8");

const repeat = (value: number | undefined, count: number) => Array.from({ length: count }, () => value);
const everywhere = (value: number | undefined, range: HistoryRange = "1h") =>
  createTestHistory(Object.fromEntries(chartNames.map((chart) => [chart, repeat(value, 200)])), range);

/** What a history may be like. */
const specimens = {
  nothing: createTestHistory({}),
  "one point": createTestHistory({ dashboardStatus: [1], queueSize: [1], successRate: [1], processingTime: [1] }),
  "a constant": everywhere(1),
  zeros: everywhere(0),
  "huge values": everywhere(1e15),
  "values that there cannot be": everywhere(-3),
  "a course with gaps": createTestHistory({
    dashboardStatus: [1, 1, undefined, 0.5, 0, 1],
    queueSize: [3, 4, undefined, 70, undefined, undefined, 12, 9],
    successRate: [1, undefined, 0.5, 0.99],
    processingTime: [10, 12.5, undefined, 0.2],
  }),
  "a week": everywhere(0.97, "7d"),
  "a day": everywhere(2, "24h"),
} as const satisfies Record<string, PanelHistory>;

const drawings = Object.entries(specimens).flatMap(([what, history]) =>
  chartNames.map((chart) => ({ what, chart, svg: renderChart(chart, history) })),
);

const read = (chart: ChartName, history: PanelHistory) => readSvgElements(renderChart(chart, history));
const classesOf = (attributes: Readonly<Record<string, string>>) => (attributes.class ?? "").split(" ");
const having = (name: string, chart: ChartName, history: PanelHistory) =>
  read(chart, history).filter(({ attributes }) => classesOf(attributes).includes(name));

describe("the charts", () => {
  test("are the four panels in the catalogue's order, by their names in Grafana", () => {
    expect(chartNames).toEqual(dashboards.overview.panels);
    for (const chart of chartNames) expect(chartRows[chart].title).toBe(overview.panels[chart].title);
  });

  test("have the bands of the panel of the same name", () => {
    const levels: Readonly<Record<string, string>> = { green: "good", yellow: "warn", red: "bad" };
    for (const chart of ["queueSize", "successRate", "processingTime"] as const) {
      const panel = overview.panels[chart];
      const steps = "steps" in panel ? (panel.steps ?? []) : [];
      const factor = "unit" in panel && panel.unit === "%" ? 100 : 1;
      const bands: readonly Band[] = chartRows[chart].bands;
      expect(bands.map(({ from, level }) => [from * factor, level])).toEqual(
        steps.map(({ value, color }) => [value ?? 0, levels[color]]),
      );
    }
  });
});

describe.each(drawings)("$chart with $what", ({ chart, svg }) => {
  const elements = readSvgElements(svg);

  test("is well-formed, and says what it is", () => {
    expect(elements[0]).toMatchObject({ name: "svg", attributes: { role: "img" } });
    const labels = elements[0]?.attributes["aria-labelledby"]?.split(" ") ?? [];
    const named = elements.filter(({ attributes }) => labels.includes(attributes.id ?? ""));
    expect(named.map(({ name }) => name)).toEqual(["title", "desc"]);
    expect(named[0]?.text).toContain(chartRows[chart].title);
  });

  test("has no style, no script and no address of its own, as the page's policy forbids them", () => {
    expect(svg).not.toMatch(/ style=|<style|<script|\son\w+=|href=|https?:/);
  });

  test("draws finite numbers, all of them within its frame", () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    const numbers = (text = "") => text.split(/[^\d.-]+/).filter((part) => part !== "");
    for (const { attributes, name } of elements) {
      if (name === "rect" && attributes.width !== undefined) expect(Number(attributes.width)).toBeGreaterThanOrEqual(0);
      if (name === "rect" && attributes.height !== undefined)
        expect(Number(attributes.height)).toBeGreaterThanOrEqual(0);
      const coordinates = [...numbers(attributes.d), ...numbers(attributes.x), ...numbers(attributes.y)].map(Number);
      for (const number of coordinates) {
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThanOrEqual(frame.width);
      }
    }
  });

  test("uses classes that the style sheet knows", () => {
    const used = new Set(elements.flatMap(({ attributes }) => classesOf(attributes)).filter((name) => name !== ""));
    const silent = new Set(["bands", "limits", "hits"]);
    for (const name of used) if (!silent.has(name)) expect([name, css.includes(`.${name}`)]).toEqual([name, true]);
  });
});

describe("a line", () => {
  test("has gaps where nothing is known, and a dot for a value that stands alone", () => {
    const history = createTestHistory({ queueSize: [3, 4, undefined, 7, undefined, 5, 6, 7] });
    expect(having("line", "queueSize", history)).toHaveLength(2);
    expect(having("dot", "queueSize", history)).toHaveLength(1);
  });

  test("goes through its values, on the scale that the axis tells", () => {
    const history = createTestHistory({ queueSize: [0, 15] });
    expect(having("tick", "queueSize", history).at(-1)).toBeDefined();
    const [line] = having("line", "queueSize", history);
    const heights = [...(line?.attributes.d ?? "").matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights).toEqual([frame.bottom, frame.top]);
  });

  test("is filled below where low is good, and not where low is bad", () => {
    const history = createTestHistory({ queueSize: [1, 2], successRate: [0.9, 1], processingTime: [1, 2] });
    expect(having("area", "queueSize", history)).toHaveLength(1);
    expect(having("area", "processingTime", history)).toHaveLength(1);
    expect(having("area", "successRate", history)).toHaveLength(0);
  });

  test("changes its colour at the thresholds", () => {
    const history = createTestHistory({ queueSize: repeat(60, 60) });
    const elements = read("queueSize", history);
    const gradient = elements.find(({ name }) => name === "linearGradient");
    const painted = elements.find(({ attributes }) => attributes.stroke === `url(#${gradient?.attributes.id})`);
    expect(painted?.name).toBe("g");
    const stops = elements
      .filter(({ name }) => name === "stop")
      .map(({ attributes }) => [attributes.class, attributes.offset]);
    // The axis ends at 60: busy from a sixth on, high from five sixths.
    expect(stops).toEqual([
      ...[
        ["good", "0%"],
        ["good", "16.7%"],
        ["warn", "16.7%"],
      ],
      ...[
        ["warn", "83.3%"],
        ["bad", "83.3%"],
        ["bad", "100%"],
      ],
    ]);
  });

  test("names the thresholds that its axis reaches", () => {
    const limits = (value: number) =>
      having("limit", "queueSize", createTestHistory({ queueSize: [value] })).map(({ text }) => text);
    expect(limits(3)).toEqual(["busy 10"]);
    expect(limits(40)).toEqual(["busy 10", "high 50"]);
    // The two are one line there.
    expect(limits(1e6)).toEqual(["high 50"]);
    expect(having("limit", "successRate", createTestHistory({})).map(({ text }) => text)).toEqual(["target 95 %"]);
  });

  test("says why there is none", () => {
    expect(having("empty", "successRate", createTestHistory({}))[0]?.text).toBe(
      "No webhook delivery ended in this time",
    );
    expect(having("empty", "successRate", createTestHistory({ successRate: [1] }))).toEqual([]);
  });
});

describe("the strip of the status", () => {
  const cells = (values: readonly (number | undefined)[]) =>
    read("dashboardStatus", createTestHistory({ dashboardStatus: values }))
      .filter(({ name, attributes }) => name === "rect" && Number(attributes.y) >= 100)
      .map(({ attributes }) => attributes.class)
      .filter((level) => ["good", "bad", "unknown"].includes(level ?? ""));

  test("has a part for what is known and one for what is not, and upon them what was bad", () => {
    expect(cells(repeat(1, 60))).toEqual(["good"]);
    expect(cells([1, 1])).toEqual(["unknown", "good"]);
    expect(cells([1, 0, 0, 1, undefined, 1, 0.5])).toEqual(["unknown", "good", "unknown", "good", "bad", "bad"]);
  });

  test("tells the share of the known time", () => {
    const share = (values: readonly (number | undefined)[]) =>
      having("share", "dashboardStatus", createTestHistory({ dashboardStatus: values }))[0]?.text;
    expect(share([1, 1, undefined, 0.5, 0.5])).toBe("75 %");
    expect(share([...repeat(1, 50), 0.999_99])).toBe("99.99 %");
    expect(share([])).toBeUndefined();
  });
});

describe("what shows a value to whoever points at it", () => {
  test.each(ranges)("covers the whole time of %s, step by step", (range) => {
    const hits = having("hit", "queueSize", everywhere(3, range));
    expect(hits).toHaveLength(historyRanges[range].seconds / historyRanges[range].stepSeconds);
    const [first, last] = [hits[0]?.attributes, hits.at(-1)?.attributes];
    expect(Number(first?.x)).toBe(frame.left);
    expect(Number(last?.x) + Number(last?.width)).toBeCloseTo(frame.right, 0);
  });

  test("has the moment, the words and the height for a script, and a title without one", () => {
    const hits = having("hit", "queueSize", createTestHistory({ queueSize: [undefined, 15] }));
    expect(
      hits.map(({ attributes }) => [attributes["data-at"], attributes["data-value"], attributes["data-y"]]),
    ).toEqual([
      ["2026-11-23T09:38:00.000Z", "not known", undefined],
      ["2026-11-23T10:37:00.000Z", "15 jobs", String(frame.top)],
    ]);
    expect(hits.map(({ text }) => text)).toEqual(["09:38 to 10:36 UTC: not known", "10:37 UTC: 15 jobs"]);
  });
});

describe("a chart does not change", () => {
  test("while its values and its step do not", () => {
    const history = createTestHistory({ queueSize: [1, 2, 3] });
    const later = { ...history, until: new Date(history.until.getTime() + 5_000) };
    for (const chart of chartNames) expect(renderChart(chart, later)).toBe(renderChart(chart, history));
  });
});

describe("a chart's table", () => {
  const rowsOf = (chart: ChartName, history: PanelHistory) =>
    renderChartTable(chart, history)
      .split("\n")
      .filter((line) => line.startsWith("<tr>"))
      .map((line) => line.split(/<[^>]+>/).filter((cell) => cell !== ""));

  test("has the few numbers that it comes down to", () => {
    expect(rowsOf("queueSize", createTestHistory({ queueSize: [4, 0, undefined, 12, 8] }))).toEqual([
      ["Last", "8 jobs", "10:37 UTC"],
      ["Lowest", "0 jobs", "10:34 UTC"],
      ["Highest", "12 jobs", "10:36 UTC"],
      ["Mean", "6 jobs"],
    ]);
  });

  test("tells of a state for how long, and when it was last bad", () => {
    expect(rowsOf("dashboardStatus", createTestHistory({ dashboardStatus: [1, 0, 1, 1] }))).toEqual([
      ["Last", "healthy", "10:37 UTC"],
      ["Healthy", "75 % of the time known"],
      ["Last trouble", "degraded", "10:35 UTC"],
    ]);
    expect(rowsOf("dashboardStatus", createTestHistory({ dashboardStatus: [1] }))[2]).toEqual(["Last trouble", "none"]);
  });

  test("says why it is empty", () => {
    expect(rowsOf("processingTime", createTestHistory({}))).toEqual([["No job was completed in this time."]]);
  });

  test("is well-formed", () => {
    for (const history of Object.values(specimens))
      for (const chart of chartNames) expect(() => readSvgElements(renderChartTable(chart, history))).not.toThrow();
  });
});
