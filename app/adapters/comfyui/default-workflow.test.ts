import { describe, expect, test } from "@jest/globals";
import { createTextToImageWorkflow, WorkflowSchema } from "./default-workflow.ts";

const firstMessage = (workflow: unknown) => WorkflowSchema.safeParse(workflow).error?.issues[0]?.message;

describe("the default workflow", () => {
  test("has seven nodes and carries the prompt and the seed", () => {
    const workflow = createTextToImageWorkflow({ prompt: "a lighthouse", seed: 7 });
    expect(Object.keys(workflow)).toHaveLength(7);
    expect(workflow["6"]?.inputs.text).toBe("a lighthouse");
    expect(workflow["3"]?.inputs.seed).toBe(7);
    expect(WorkflowSchema.parse(workflow)).toEqual(workflow);
  });
});

describe("the workflow schema", () => {
  test("keeps keys that it does not know", () => {
    const workflow = { a: { class_type: "X", inputs: { n: 1 }, _meta: { title: "t" }, is_changed: "…" } };
    expect(WorkflowSchema.parse(workflow)).toEqual(workflow);
  });

  const node = { class_type: "X", inputs: {} };
  test.each([
    [{ "12": { inputs: {} } }, 'Node "12": class_type must be the name of a node class'],
    [{ "12": { class_type: "", inputs: {} } }, 'Node "12": class_type must not be empty'],
    [{ "3": node, "12": { class_type: "X" } }, 'Node "12": inputs must be an object of input name to value or link'],
    [{ "12": { class_type: "X", inputs: [] } }, 'Node "12": inputs must be an object of input name to value or link'],
    [{ "12": { ...node, _meta: 1 } }, 'Node "12": _meta must be an object'],
    [{ "12": "X" }, 'Node "12" must be an object with class_type and inputs'],
    [{}, "A workflow needs at least one node"],
    [[], "A workflow must be an object of node id to node"],
  ])("says of %j what is wrong, and with which node", (workflow, message) => {
    expect(firstMessage(workflow)).toBe(message);
  });

  test("takes a thousand nodes and no more", () => {
    const ofSize = (length: number) => Object.fromEntries(Array.from({ length }, (_, id) => [id, node]));
    expect(firstMessage(ofSize(1_000))).toBeUndefined();
    expect(firstMessage(ofSize(1_001))).toBe("A workflow has at most 1000 nodes, not 1001");
  });

  test("makes one complaint of too many nodes, not one of each", () => {
    const wrong = Object.fromEntries(Array.from({ length: 100_000 }, (_, id) => [id, 1]));
    expect(WorkflowSchema.safeParse(wrong).error?.issues).toHaveLength(1);
  });
});
