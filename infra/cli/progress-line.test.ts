import { describe, expect, test } from "@jest/globals";
import { createPaint } from "./paint.ts";
import { renderBar, renderProgress } from "./progress-line.ts";

const paint = createPaint({ colours: false });

describe("a job's progress", () => {
  test.each([
    [0, "░".repeat(30)],
    [0.5, "█".repeat(15) + "░".repeat(15)],
    [0.51, `${"█".repeat(15)}▎${"░".repeat(14)}`],
    [1, "█".repeat(30)],
    [1.2, "█".repeat(30)],
    [-1, "░".repeat(30)],
  ])("of %d is a bar that is always as long", (progress, bar) => {
    expect(renderBar(progress)).toBe(bar);
  });

  test("says how far and how long, and while it waits only that", () => {
    expect(renderProgress({ status: "processing", progress: 0.059 }, { elapsedMs: 61_500, paint })).toBe(
      `${renderBar(0.059)}   5 %  1m 1s`,
    );
    expect(renderProgress({ status: "pending", progress: 0 }, { elapsedMs: 900, paint })).toBe("pending  0s");
  });
});
