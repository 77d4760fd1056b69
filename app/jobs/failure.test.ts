import { describe, expect, test } from "@jest/globals";
import { readFailure } from "./failure.ts";

describe("a failure", () => {
  test.each([true, false])("tells its code, its sentence and whether another try helps (%s)", (retryable) => {
    const error = Object.assign(new Error("ComfyUI ran out of memory"), { code: "comfyui_out_of_memory", retryable });
    expect(readFailure(error)).toEqual({
      code: "comfyui_out_of_memory",
      message: "ComfyUI ran out of memory",
      retryable,
      foreseen: true,
    });
  });

  test.each([
    ["a bug", new TypeError("secret is undefined")],
    ["an error of the system", Object.assign(new Error("secret"), { code: "ECONNRESET" })],
    ["a code that is a number", Object.assign(new Error("secret"), { code: 500, retryable: false })],
    ["a verdict that is no yes or no", Object.assign(new Error("secret"), { code: "x", retryable: "secret" })],
    ["a text", "secret"],
    ["nothing", undefined],
    ["null", null],
  ])("that nobody has foreseen is tried again, and its text is not told: %s", (_, error) => {
    const read = readFailure(error);
    expect(read).toMatchObject({ code: "unexpected", retryable: true, foreseen: false });
    expect(JSON.stringify(read)).not.toContain("secret");
  });
});
