import { describe, expect, test } from "@jest/globals";
import { createLog } from "./log.ts";

function setUp(level = "info") {
  const lines: string[] = [];
  const log = createLog({
    level,
    service: "gozcu",
    tracing: () => ({ traceId: () => "0af7651916cd43dd8448eb211c80319c", spanId: () => "b7ad6b7169203331" }),
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, read: () => lines.map((line) => JSON.parse(line)) };
}

describe("the log", () => {
  test("writes JSON lines with level, time, service and the trace they belong to", () => {
    const { log, read } = setUp();
    log("info", "hello");
    expect(read()).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        service: "gozcu",
        trace_id: "0af7651916cd43dd8448eb211c80319c",
        span_id: "b7ad6b7169203331",
        msg: "hello",
      },
    ]);
  });

  test("writes of an error only type, message, code and causes, so that no driver's fields come along", () => {
    const { log, read } = setUp();
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", password: "hunter2" });
    log("warn", "waiting", new Error("the database is away", { cause }));
    const [line] = read();
    expect(line.error).toEqual({
      type: "Error",
      message: "the database is away",
      cause: { type: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    });
    expect(JSON.stringify(line)).not.toContain("hunter2");
  });

  test("writes the stack of what nobody has foreseen, and what is thrown without being an error", () => {
    const { log, read } = setUp();
    log("error", "broken", new Error("oops"));
    log("error", "broken", "just text");
    const [first, second] = read();
    expect(first.error.stack).toContain("log.test.ts");
    expect(second.error).toEqual({ type: "string", message: "just text" });
  });

  test("is quiet below its level", () => {
    const { log, read } = setUp("warn");
    log("info", "not this");
    log("warn", "this");
    expect(read().map((line) => line.msg)).toEqual(["this"]);
  });
});
