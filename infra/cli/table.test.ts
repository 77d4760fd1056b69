import { describe, expect, test } from "@jest/globals";
import { createPaint } from "./paint.ts";
import { renderTable } from "./table.ts";

const plain = createPaint({ colours: false });
const rows = [
  [{ text: "JOB" }, { text: "STATUS" }, { text: "RESULT" }],
  [{ text: "a-long-id" }, { text: "failed", tone: "bad" }, { text: "out of memory, and so on" }],
  [{ text: "b" }, { text: "pending" }, { text: "" }],
] as const;

describe("a table", () => {
  test("has its columns below each other, and no blanks at an end", () => {
    expect(renderTable(rows, { paint: plain })).toEqual([
      "JOB        STATUS   RESULT",
      "a-long-id  failed   out of memory, and so on",
      "b          pending",
    ]);
  });

  test("fits the terminal by its last column", () => {
    const lines = renderTable(rows, { paint: plain, columns: 30 });
    expect(lines[1]).toBe("a-long-id  failed   out of me…");
    expect(Math.max(...lines.map((line) => line.length))).toBe(30);
  });

  test("is as wide with colours as without", () => {
    const [, line] = renderTable(rows, { paint: createPaint({ colours: true }) });
    expect(line).toBe("a-long-id  \u001B[31mfailed\u001B[0m   out of memory, and so on");
  });
});
