import { describe, expect, test } from "@jest/globals";
import { signals } from "../app/catalogue/signals.ts";
import { renderUnit } from "./unit.ts";

describe("a unit", () => {
  test.each([
    ["ms", "ms"],
    ["s", "s"],
    ["1", "percentunit"],
    ["%", "percent"],
    ["By", "bytes"],
    ["{job}", "short"],
    ["{job}/min", "cpm"],
    ["{request}/s", "reqps"],
  ])("%s of the catalogue is %s in Grafana", (ucum, id) => expect(renderUnit(ucum)).toBe(id));

  test("of every signal has its name in Grafana", () => {
    for (const { unit } of Object.values(signals)) expect(renderUnit(unit)).toBeTruthy();
  });

  test("that is not known is refused, with where to add it", () => {
    expect(() => renderUnit("{job}/d")).toThrow(/unit for \{job\}\/d is not known here: add it to dashboards\/unit.ts/);
  });
});
