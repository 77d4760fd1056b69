import { describe, expect, test } from "@jest/globals";
import { createLog } from "../log.ts";
import { renderHumanRecord } from "./human-log.ts";
import { plain } from "./paint.ts";

function setUp(traceId?: string) {
  const lines: string[] = [];
  const log = createLog({
    level: "info",
    service: "gozcu",
    tracing: () => ({ traceId: () => traceId, spanId: () => undefined }),
    destination: { write: (line) => void lines.push(renderHumanRecord(line, plain)) },
  });
  return { log, text: () => lines.join("") };
}

describe("the log on a terminal", () => {
  test("has the local time, the level and the message", () => {
    const { log, text } = setUp();
    log("info", "hello");
    log("warn", "careful");
    expect(text()).toMatch(/^\d\d:\d\d:\d\d info {2}hello\n\d\d:\d\d:\d\d warn {2}careful\n$/);
  });

  test("tells the error behind it with its code and causes, each once", () => {
    const { log, text } = setUp();
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    log("warn", "waiting", new Error("the database is away", { cause }));
    log("warn", "waiting", new Error(`trouble: ${cause.message}`, { cause }));
    expect(text()).toContain("waiting: the database is away: connect ECONNREFUSED\n");
    expect(text()).toContain("waiting: trouble: connect ECONNREFUSED\n");
  });

  test("shows where an error comes from that nobody has foreseen, below it and once", () => {
    const { log, text } = setUp();
    log("error", "broken", new Error("oops\nover two lines"));
    const [first, second, third] = text().split("\n");
    expect([first?.slice(9), second]).toEqual(["error broken: oops", `${" ".repeat(15)}over two lines`]);
    expect(third).toMatch(/^ {19}at .*human-log\.test\.ts/);
    expect(text().split("oops")).toHaveLength(2);
  });

  test("names the trace that a line belongs to", () => {
    const { log, text } = setUp("0af7651916cd43dd8448eb211c80319c");
    log("info", "hello");
    expect(text()).toMatch(/hello {2}trace 0af7651916cd43dd8448eb211c80319c\n$/);
  });

  test("lets no message touch the terminal", () => {
    const { log, text } = setUp();
    log("warn", "from ComfyUI: \u001b[2J\u001b]0;owned\u0007\r\u009b31m");
    expect(text()).toContain("from ComfyUI: \\x1b[2J\\x1b]0;owned\\x07\\x0d\\x9b31m\n");
  });

  test("has colours by the painter alone", () => {
    const line = JSON.stringify({ level: "warn", time: "2026-11-28T10:00:00.000Z", msg: "careful" });
    expect(renderHumanRecord(line, (style, text) => `<${style}>${text}</>`)).toMatch(
      /^<dim>\d\d:\d\d:\d\d<\/> <yellow>warn <\/> careful\n$/,
    );
  });

  test("gives what is no record as it is", () => {
    expect(renderHumanRecord("just text\n", plain)).toBe("just text\n");
  });
});
