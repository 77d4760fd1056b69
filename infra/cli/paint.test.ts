import { describe, expect, test } from "@jest/globals";
import { wantsColours } from "./paint.ts";

describe("colours", () => {
  test.each([
    [{ terminal: true, noColor: false, env: {} }, true],
    [{ terminal: true, noColor: false, env: { NO_COLOR: "" } }, true],
    [{ terminal: false, noColor: false, env: {} }, false],
    [{ terminal: true, noColor: true, env: {} }, false],
    [{ terminal: true, noColor: false, env: { NO_COLOR: "1" } }, false],
    [{ terminal: true, noColor: false, env: { TERM: "dumb" } }, false],
  ])("%j: %j", (options, wanted) => {
    expect(wantsColours(options)).toBe(wanted);
  });
});
