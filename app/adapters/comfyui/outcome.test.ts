import { describe, expect, test } from "@jest/globals";
import { HistorySchema, RefusalSchema } from "./answers.ts";
import { historyError, historyImages, refusalError } from "./outcome.ts";

const message = (refusal: unknown) => refusalError(RefusalSchema.parse(refusal)).message;

describe("a refused workflow", () => {
  test("is told node by node, with each complaint", () => {
    expect(
      message({
        error: { type: "prompt_outputs_failed_validation", message: "Prompt outputs failed validation", details: "…" },
        node_errors: {
          "3": {
            class_type: "KSampler",
            errors: [
              { type: "value_smaller_than_min", message: "Value 0 smaller than min of 1", details: "steps" },
              { type: "required_input_missing", message: "Required input is missing", details: "model" },
            ],
          },
          "9": { class_type: "SaveImage", errors: [{ message: "Bad linked input" }] },
        },
      }),
    ).toBe(
      "ComfyUI refused the workflow: node 3 (KSampler): Value 0 smaller than min of 1 (steps); " +
        "Required input is missing (model). node 9 (SaveImage): Bad linked input",
    );
  });

  test("names the node of a class that is not installed", () => {
    const error = {
      message: "Node 'Mine' not found. The custom node may not be installed.",
      details: "Node ID '#12'",
      extra_info: { node_id: "12", class_type: "Upscale9000" },
    };
    expect(message({ error, node_errors: {} })).toContain("node 12 (Upscale9000): Node 'Mine' not found.");
  });

  test("is understood from old servers, which say it in a string and a list", () => {
    expect(message({ error: "no prompt", node_errors: [] })).toBe("ComfyUI refused the workflow: no prompt");
  });
});

describe("a history entry", () => {
  function read(entry: unknown) {
    const { p } = HistorySchema.parse({ p: entry });
    if (!p) throw new Error("the entry is gone");
    return p;
  }
  const image = (filename: string, type: string) => ({ filename, subfolder: "", type });

  test("gives the kept pictures of all nodes in order, and passes over what are no pictures", () => {
    const outputs = {
      "12": { images: [image("c", "output")] },
      "9": { images: [image("a", "output"), image("b", "output")], text: ["hello"] },
      "10": { images: [image("preview", "temp")] },
      "11": { gifs: [{}], images: ["?"] },
    };
    expect(historyImages(read({ outputs })).map(({ filename }) => filename)).toEqual(["a", "b", "c"]);
  });

  test("gives the previews when no picture was kept", () => {
    expect(historyImages(read({ outputs: { "10": { images: [image("preview", "temp")] } } }))).toHaveLength(1);
  });

  test("of an old server has no status and no error", () => {
    expect(historyError(read({ outputs: {} }))).toBeUndefined();
  });

  test("that ended in error without a message is an execution that failed", () => {
    const status = { status_str: "error", completed: false, messages: [] };
    expect(historyError(read({ outputs: {}, status }))).toMatchObject({
      code: "comfyui_execution_failed",
      message: "ComfyUI failed at node ? (unknown class): no reason given",
    });
  });

  test("keeps a long exception to a readable length, and no traceback", () => {
    const data = {
      node_id: "3",
      node_type: "KSampler",
      exception_message: "x".repeat(5_000),
      exception_type: "ValueError",
      traceback: ["secret path"],
    };
    const status = { status_str: "error", messages: [["execution_error", data]] };
    const text = historyError(read({ outputs: {}, status }))?.message ?? "";
    expect(text.length).toBeLessThan(1_100);
    expect(text).toContain("node 3 (KSampler): xxx");
    expect(text).not.toContain("secret path");
  });
});
