import { describe, expect, test } from "@jest/globals";
import { readSvgElements } from "../e2e/svg-elements.ts";
import { renderBarChart } from "./chart.ts";

const chart = renderBarChart({
  title: "Speed & cost",
  description: "Longer is faster",
  bars: [
    { label: "none", value: 2 },
    { label: "<some>", value: 1, range: [0.5, 1.5], aim: 1.25 },
  ],
  renderValue: (value) => value.toFixed(2),
});
const elements = readSvgElements(chart);
const ofClass = (name: string) => elements.filter(({ attributes }) => attributes.class === name);
const numbers = (name: string, attribute: string) =>
  ofClass(name).map(({ attributes }) => Number(attributes[attribute]));

describe("a bar chart", () => {
  test("has a bar for each value, as long as the value says", () => {
    const [two = 0, one = 0] = numbers("bar", "width");
    expect(ofClass("bar")).toHaveLength(2);
    expect(two).toBe(2 * one);
  });

  test("marks the aim and the range on the scale of the bars", () => {
    const [start = 0] = numbers("bar", "x");
    const [, unit = 0] = numbers("bar", "width");
    expect(numbers("aim", "x1")).toEqual([Math.round(start + 1.25 * unit)]);
    const [from, to] = [numbers("range", "x1")[1], numbers("range", "x2")[1]];
    expect([from, to]).toEqual([Math.round(start + 0.5 * unit), Math.round(start + 1.5 * unit)]);
  });

  test("writes each value beside its bar, with the aim", () => {
    const texts = elements.filter(({ name }) => name === "text").map(({ text }) => text);
    expect(texts).toEqual(["Speed &amp; cost", "none", "2.00", "&lt;some&gt;", "1.00(≥ 1.25)"]);
  });

  test("has a title and a description for who cannot see it", () => {
    const [svg] = elements;
    expect(svg?.attributes).toMatchObject({ role: "img", "aria-labelledby": "title description" });
    expect(elements.find(({ attributes }) => attributes.id === "title")?.text).toBe("Speed &amp; cost");
    expect(elements.find(({ attributes }) => attributes.id === "description")?.text).toBe("Longer is faster");
  });

  test("has colours for a dark page too", () => {
    expect(elements.find(({ name }) => name === "style")?.text).toContain("prefers-color-scheme: dark");
  });
});
