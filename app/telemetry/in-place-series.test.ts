import { describe, expect, test } from "@jest/globals";
import type { Attributes } from "@opentelemetry/api";
import { createSeriesIndex } from "./in-place-series.ts";

const createIndex = () => createSeriesIndex((attributes) => ({ attributes }));

describe("an instrument's series", () => {
  test("are the same for the same attributes, in whichever order and object they are", () => {
    const series = createIndex();
    const first = series.of({ a: 1, b: "x" });
    expect(series.of({ b: "x", a: 1 })).toBe(first);
    expect(series.of(Object.freeze({ b: "x", a: 1 }))).toBe(first);
    expect([...series.all()]).toEqual([first]);
  });

  test("differ where an attribute does, also in its type alone", () => {
    const series = createIndex();
    const sets: readonly Attributes[] = [{ a: 1 }, { a: "1" }, { a: [1] }, { b: 1 }, { a: 1, b: 1 }, {}];
    expect(new Set(sets.map((set) => series.of(set))).size).toBe(sets.length);
    expect(series.of()).toBe(series.of({}));
  });

  test("differ also where a text looks as if it held another attribute", () => {
    const series = createIndex();
    const sets: readonly Attributes[] = [
      { a: "1", b: "2" },
      { a: '11:b"1:2' },
      { a: '1"1:b"1:2' },
      { 'a"1:1': "1", b: "2" },
      { a: 1, b: "2" },
      { a: "1;", b: "2" },
    ];
    expect(new Set(sets.map((set) => series.of(set))).size).toBe(sets.length);
  });

  test("are known again by the identity of a frozen set, which is not looked at again", () => {
    const series = createIndex();
    let looks = 0;
    const set = Object.freeze({
      get route() {
        looks += 1;
        return "/a";
      },
    });
    const first = series.of(set);
    const before = looks;
    expect(series.of(set)).toBe(first);
    expect(looks).toBe(before);
  });

  test("do not follow an attribute set that its owner changes later", () => {
    const series = createIndex();
    const set = { route: "/a" };
    const first = series.of(set);
    set.route = "/b";
    expect(first.attributes).toEqual({ route: "/a" });
    expect(series.of(set)).not.toBe(first);
  });

  test("are 2,000 at most: the last is for all that come too late, and those before it stay what they are", () => {
    const series = createIndex();
    const first = series.of({ n: 0 });
    for (let n = 1; n < 1_999; n += 1) series.of({ n });
    const late = series.of({ n: 1_999 });
    expect(late.attributes).toEqual({ "otel.metric.overflow": true });
    expect(series.of(Object.freeze({ n: 2_000 }))).toBe(late);
    expect(series.of({ n: 0 })).toBe(first);
    expect([...series.all()]).toHaveLength(2_000);
  });
});
