import { describe, expect, test } from "@jest/globals";
import { layOut } from "./grid.ts";

describe("the grid", () => {
  test("fills a line, and begins the next with what does not fit", () => {
    const places = layOut([{ width: 12 }, { width: 8 }, { width: 6 }]).map(({ gridPos }) => gridPos);
    expect(places).toEqual([
      { x: 0, y: 0, w: 12, h: 8 },
      { x: 12, y: 0, w: 8, h: 8 },
      { x: 0, y: 8, w: 6, h: 8 },
    ]);
  });

  test("refuses a panel that is wider than itself", () => {
    expect(() => layOut([{ width: 25 }])).toThrow("a panel of 25 columns: 1 to 24 are allowed");
  });
});
