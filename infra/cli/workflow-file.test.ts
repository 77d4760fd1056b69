import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { readWorkflow } from "./workflow-file.ts";

const sound = await readFile(new URL("../e2e/workflows/text-to-image.json", import.meta.url));
const workflow: unknown = JSON.parse(sound.toString());
const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const read = (value: unknown) => readWorkflow(bytes(value), "mine.json");

describe("a workflow's file", () => {
  test("in ComfyUI's API format is taken as it is, with and without a byte order mark", () => {
    expect(readWorkflow(sound, "mine.json")).toEqual(workflow);
    expect(readWorkflow(Buffer.concat([Buffer.from("\uFEFF"), sound]), "mine.json")).toEqual(workflow);
  });

  test("that is not JSON is told by line and column", () => {
    expect(() => read('{\n  "3": {"class_type": "KSampler",}\n}')).toThrow(
      'mine.json is not JSON: line 2, column 34: expected a name in "…", found "}"',
    );
    expect(() => read("")).toThrow("mine.json is not JSON: line 1, column 1: expected a value, found the end");
  });

  test("as the editor keeps it is recognised, with how to export the other", () => {
    const editors = { last_node_id: 9, nodes: [{ id: 3, type: "KSampler" }], links: [], version: 0.4 };
    expect(() => read(editors)).toThrow(/editor keeps it, .*choose Workflow, Export \(API\)/);
  });

  test.each([
    [{ prompt: workflow, client_id: "x" }, /a request to ComfyUI: only what stands below prompt/],
    [{ type: "image", workflow }, /a request to POST \/api\/jobs: only what stands below workflow/],
    [{ "3": { inputs: {} } }, /no workflow in ComfyUI's API format\. Node "3": class_type must be .*Export \(API\)/],
    [[], /no workflow in ComfyUI's API format\. A workflow must be an object/],
    [{}, /needs at least one node/],
  ])("that is something else is refused, saying what: %#", (value, reason) => {
    expect(() => read(value)).toThrow(reason);
    expect(() => read(value)).toThrow(expect.objectContaining({ exit: "data" }));
  });

  test("that is not UTF-8 is refused", () => {
    expect(() => readWorkflow(Buffer.from([0x7b, 0xff]), "mine.json")).toThrow("mine.json is not text in UTF-8");
  });
});
