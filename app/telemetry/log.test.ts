import { afterEach, describe, expect, test } from "@jest/globals";
import { diag } from "@opentelemetry/api";
import { createQuietLog, routeDiagnostics } from "./log.ts";

afterEach(() => diag.disable());

describe("the quiet log", () => {
  test("tells a lasting fault once, whatever its numbers and ids", () => {
    const told: string[] = [];
    const log = createQuietLog((_level, message) => told.push(message));
    for (let n = 0; n < 50; n += 1) {
      log("warn", `Dropped ${n} spans`);
      log("error", `end() of span ${(0xabcdef0 + n).toString(16)} called twice`);
    }
    expect(told).toEqual(["Dropped 0 spans", "end() of span abcdef0 called twice"]);
  });

  test("tells it again after ten minutes of silence, not of repetition", () => {
    const minute = 60_000;
    const told: number[] = [];
    let now = 0;
    const log = createQuietLog(
      () => told.push(now / minute),
      () => now,
    );
    for (const at of [0, 6, 12, 18, 28]) {
      now = at * minute;
      log("warn", "the same");
    }
    expect(told).toEqual([0, 28]);
  });
});

describe("OpenTelemetry's diagnostics", () => {
  test("come as texts with the messages of their errors, warnings and errors only", () => {
    const told: unknown[] = [];
    routeDiagnostics((level, message) => told.push([level, message]));
    diag.error("export failed", new Error("no route"), { headers: "secret" });
    diag.warn("slow");
    diag.info("ignored");
    diag.debug("ignored");
    expect(told).toEqual([
      ["error", "OpenTelemetry: export failed: no route"],
      ["warn", "OpenTelemetry: slow"],
    ]);
  });
});
