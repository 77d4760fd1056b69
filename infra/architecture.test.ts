import { describe, expect, test } from "@jest/globals";
import { renderArchitecture } from "./architecture.ts";
import { fullSettings, plainSettings } from "./topology/example-settings.ts";
import { createTopology } from "./topology.ts";

/** What a flowchart may be made of, as far as ours is: anything else Mermaid might not draw. */
const forms = {
  head: /^flowchart LR$/,
  node: /^(?<id>\w+)(?<shape>\[\("[^"]+"\)\]|\["[^"]+"\]|\(\[[^"[\]]+\]\))$/,
  open: /^subgraph (?<id>\w+) \["[^"]+"\]$/,
  close: /^end$/,
  labelled: /^(?<from>\w+) (?<line>--|-\.) "(?<label>[^"]+)" (?:-->|\.->) (?<to>\w+)$/,
  plain: /^(?<from>\w+) --> (?<to>\w+)$/,
} as const;

function readChart(text: string) {
  const [fence, ...lines] = text.split("\n");
  expect([fence, lines.pop()]).toEqual(["```mermaid", "```"]);
  return lines.map((line) => {
    const found = Object.entries(forms).flatMap(([form, pattern]) => {
      const match = pattern.exec(line.trim());
      return match === null ? [] : [{ form, ...match.groups } as Readonly<Record<string, string>>];
    });
    expect([line, found.length]).toEqual([line, 1]);
    return found[0] ?? {};
  });
}

const of = (chart: ReturnType<typeof readChart>, ...names: readonly string[]) =>
  chart.filter(({ form = "" }) => names.includes(form));

const stacks = Object.entries({ plain: createTopology(plainSettings), full: createTopology(fullSettings) });

describe.each(stacks)("the picture of the %s stack", (stack, topology) => {
  const chart = readChart(renderArchitecture(topology));
  const edges = of(chart, "labelled", "plain");

  test("has each service once, in its networks, and closes what it opens", () => {
    const nodes = of(chart, "node").map(({ id = "" }) => id);
    expect(nodes.toSorted()).toEqual(["people", ...topology.map(({ name }) => name)].toSorted());
    expect(of(chart, "open")).toHaveLength(of(chart, "close").length);
    let network: string | undefined;
    const networks = chart.flatMap((line) => {
      if (line.form === "open") network = line.id;
      if (line.form === "close") network = undefined;
      return line.form === "node" && network !== undefined ? [[line.id, network]] : [];
    });
    expect(Object.fromEntries(networks)).toEqual(
      Object.fromEntries(topology.map(({ name, networks: of }) => [name, of.includes("front") ? "front" : "back"])),
    );
  });

  test("has a cylinder for each service that keeps data", () => {
    const cylinders = of(chart, "node").filter(({ shape = "" }) => shape.startsWith("[("));
    const keepers = topology.filter(({ image }) => image !== "app").map(({ name }) => name);
    expect(cylinders.map(({ id = "" }) => id).toSorted()).toEqual(keepers.toSorted());
  });

  test("has an arrow for each need, and none that leads nowhere", () => {
    const needs = topology.flatMap(({ name, needs }) => needs.map((need) => `${name} ${need}`));
    const drawn = edges.filter(({ from }) => from !== "people").map(({ from, to }) => `${from} ${to}`);
    expect(drawn.toSorted()).toEqual(needs.toSorted());
  });

  test("tells which ports Prometheus asks, by its own configuration", () => {
    const scraped = edges.filter(({ line }) => line === "-.").map(({ from, label, to }) => [from, label, to]);
    expect(scraped).toEqual([
      ["prometheus", "scrapes :3000, :9464", "api"],
      ["prometheus", "scrapes :9464", "worker"],
      ["prometheus", "scrapes :9093", "alertmanager"],
    ]);
  });

  test("tells where each published port is", () => {
    const published = topology
      .filter(({ publish }) => publish.length > 0)
      .map(({ name, publish }) => [
        name,
        publish.map(({ address, hostPort }) => `${address}:${hostPort}`).join("<br>"),
      ]);
    expect(published.length > 1).toBe(stack === "full");
    const drawn = edges.filter(({ from }) => from === "people").map(({ label, to }) => [to, label]);
    expect(drawn).toEqual(published);
  });
});

test("a quotation mark in a description does not end the label", () => {
  const [first, ...others] = createTopology(plainSettings);
  if (first === undefined) throw new Error("there is no service");
  const chart = renderArchitecture([{ ...first, help: 'a "box"' }, ...others]);
  expect(chart).toContain("a #quot;box#quot;");
  readChart(chart);
});
