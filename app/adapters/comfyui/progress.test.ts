import { describe, expect, test } from "@jest/globals";
import { readMessage } from "./messages.ts";
import { createProgress, type RenderProgress } from "./progress.ts";

const node = { class_type: "X", inputs: {} };
const workflow = { "1": node, "2": node, "3": node, "4": node };

function follow(...messages: readonly unknown[]): RenderProgress[] {
  const told: RenderProgress[] = [];
  const progress = createProgress(workflow, (each) => told.push(each));
  for (const message of messages) {
    const read = readMessage(JSON.stringify(message));
    if (read) progress.take(read);
  }
  return told;
}

describe("progress", () => {
  test("is the nodes done and the share of the current one, over the nodes of the workflow", () => {
    expect(
      follow(
        { type: "execution_cached", data: { nodes: ["1"], prompt_id: "p" } },
        { type: "executing", data: { node: "2", prompt_id: "p" } },
        { type: "progress", data: { value: 1, max: 2, node: "2", prompt_id: "p" } },
        { type: "executing", data: { node: "3", prompt_id: "p" } },
        { type: "executed", data: { node: "3", output: {}, prompt_id: "p" } },
      ),
    ).toEqual([
      { fraction: 0.25 },
      { fraction: 0.375, node: "2" },
      { fraction: 0.5, node: "3" },
      { fraction: 0.75, node: "3" },
    ]);
  });

  test("is read from progress_state as well, and counts no node that the workflow does not have", () => {
    const nodes = {
      "1": { value: 1, max: 1, state: "finished" },
      "2": { value: 5, max: 10, state: "running" },
      "2.0.7": { value: 1, max: 1, state: "finished" },
    };
    expect(follow({ type: "progress_state", data: { prompt_id: "p", nodes } })).toEqual([{ fraction: 0.375 }]);
  });

  test("of an old server, which names no node in it, is that of the node that is executing", () => {
    expect(
      follow({ type: "executing", data: { node: "2" } }, { type: "progress", data: { value: 3, max: 4 } }),
    ).toEqual([{ fraction: 0.1875, node: "2" }]);
  });

  test("never goes back, and never over 1", () => {
    expect(
      follow(
        { type: "progress", data: { value: 9, max: 3, node: "1" } },
        { type: "progress", data: { value: 1, max: 3, node: "1" } },
        { type: "progress", data: { value: 1, max: 0, node: "2" } },
      ),
    ).toEqual([{ fraction: 0.25 }]);
  });

  test("is untouched by messages of other kinds and by what is no message", () => {
    expect(follow({ type: "status", data: {} }, { type: "executing" }, 7, null)).toEqual([]);
    expect(readMessage("{")).toBeUndefined();
  });
});
