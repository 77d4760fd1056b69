import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { PNG } from "pngjs";
import { WebSocket } from "ws";
import { createTextToImageWorkflow, type Workflow } from "../adapters/comfyui/default-workflow.ts";
import { type DemoRenderer, startDemoRenderer } from "./server.ts";

const workflow = createTextToImageWorkflow({ prompt: "a lighthouse", seed: 7 });
const promptId = "0199a000-0000-7000-8000-000000000001";

let demo: DemoRenderer;
beforeEach(async () => {
  demo = await startDemoRenderer({ stepMs: 0, steps: 4 });
});
afterEach(() => demo.close());

async function call(path: string, body?: unknown) {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(new URL(path, demo.url), init);
  const text = await response.text();
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
}

/** The workflow with some inputs of one node replaced. */
function withInputs(node: string, inputs: Record<string, unknown>): Workflow {
  const old = workflow[node];
  return { ...workflow, [node]: { class_type: "", ...old, inputs: { ...old?.inputs, ...inputs } } };
}

/** A socket, and a way to read its messages up to one of a kind. */
async function listen(clientId: string) {
  const socket = new WebSocket(`${demo.url.replace("http", "ws")}/ws?clientId=${clientId}`);
  const messages: { type: string; data: Record<string, unknown> }[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString("utf8"));
    messages.push(message);
    if (message.type === "executing" && message.data.node === null) resolve();
  });
  await once(socket, "message");
  return { socket, messages, ended };
}

describe("a prompt", () => {
  test("tells its whole story in ComfyUI's order to the client that submitted it, and nothing to another", async () => {
    const mine = await listen("mine");
    const other = await listen("other");
    const accepted = await call("/prompt", { prompt: workflow, client_id: "mine", prompt_id: promptId });
    expect(accepted).toEqual({ status: 200, json: { prompt_id: promptId, number: 0, node_errors: {} } });
    await mine.ended;

    expect(mine.messages[0]).toEqual({
      type: "status",
      data: { status: { exec_info: { queue_remaining: 0 } }, sid: "mine" },
    });
    const story = mine.messages.filter(({ type }) => type !== "status" && type !== "progress_state");
    expect(story.map(({ type }) => type)).toEqual([
      "execution_start",
      "execution_cached",
      ...["executing", "executing", "executing", "executing", "executing"],
      ...["progress", "progress", "progress", "progress"],
      ...["executing", "executing", "executed", "execution_success", "executing"],
    ]);
    expect(story.every(({ data }) => data.prompt_id === promptId)).toBe(true);
    expect(story.find(({ type }) => type === "progress")?.data).toEqual({
      value: 1,
      max: 4,
      node: "3",
      prompt_id: promptId,
    });
    expect(other.messages.every(({ type }) => type === "status")).toBe(true);
  });

  test("is found in the history with its status and its pictures, which are PNGs of the size asked for", async () => {
    const mine = await listen("mine");
    const prompt = withInputs("5", { width: 64, height: 4_000, batch_size: 2 });
    await call("/prompt", { prompt, client_id: "mine", prompt_id: promptId });
    await mine.ended;
    const entry = (await call(`/history/${promptId}`)).json[promptId];
    expect(entry.prompt.slice(0, 2)).toEqual([0, promptId]);
    expect(entry.status).toMatchObject({ status_str: "success", completed: true });
    expect(entry.outputs["9"].images).toHaveLength(2);
    const [image] = entry.outputs["9"].images;
    expect(image).toMatchObject({ subfolder: "", type: "output" });
    const view = await fetch(new URL(`/view?${new URLSearchParams(image)}`, demo.url));
    expect(view.headers.get("content-type")).toBe("image/png");
    expect(PNG.sync.read(Buffer.from(await view.arrayBuffer()))).toMatchObject({ width: 64, height: 1_024 });
  });

  test("waits in the queue behind the one that runs, can be taken out, and the running one can be interrupted", async () => {
    const mine = await listen("mine");
    demo.faults.slowMs = 60_000;
    const waiting = "0199a000-0000-7000-8000-000000000002";
    await call("/prompt", { prompt: workflow, client_id: "mine", prompt_id: promptId });
    await call("/prompt", { prompt: workflow, client_id: "mine", prompt_id: waiting });
    const before = (await call("/queue")).json;
    expect(before.queue_running[0].slice(0, 2)).toEqual([0, promptId]);
    expect(before.queue_pending[0].slice(0, 2)).toEqual([1, waiting]);

    expect((await call("/queue", { delete: [waiting] })).status).toBe(200);
    expect((await call("/queue")).json.queue_pending).toEqual([]);
    await call("/interrupt", { prompt_id: waiting });
    expect((await call("/queue")).json.queue_running).toHaveLength(1);
    await call("/interrupt", { prompt_id: promptId });
    await mine.ended;
    const { status } = (await call(`/history/${promptId}`)).json[promptId];
    expect(status.status_str).toBe("error");
    expect(status.messages.at(-1)).toMatchObject(["execution_interrupted", { node_id: "4" }]);
  });

  test("does not run again what has not changed since the last one", async () => {
    const mine = await listen("mine");
    await call("/prompt", { prompt: workflow, client_id: "mine", prompt_id: promptId });
    await mine.ended;
    const again = await listen("again");
    await call("/prompt", { prompt: withInputs("3", { seed: 8 }), client_id: "again" });
    await again.ended;
    expect(again.messages.find(({ type }) => type === "execution_cached")?.data.nodes).toEqual(["4", "6", "7", "5"]);
  });

  test("is forgotten with its pictures when a hundred others have followed", async () => {
    const mine = await listen("mine");
    await call("/prompt", { prompt: workflow, prompt_id: promptId });
    for (let n = 0; n < 99; n += 1) await call("/prompt", { prompt: workflow });
    await call("/prompt", { prompt: workflow, client_id: "mine" });
    await mine.ended;
    expect(Object.keys((await call("/history")).json)).toHaveLength(100);
    expect((await call(`/history/${promptId}`)).json).toEqual({});
    expect((await fetch(new URL("/view?filename=gozcu_00001_.png", demo.url))).status).toBe(404);
    expect((await fetch(new URL("/view?filename=gozcu_00002_.png", demo.url))).status).toBe(200);
  });
});

describe("the validation", () => {
  test.each([
    ["a number out of range", withInputs("3", { steps: 0 }), "3", "value_smaller_than_min", "steps"],
    ["a text for a number", withInputs("3", { cfg: "high" }), "3", "invalid_input_type", 'cfg, "high"'],
    ["a missing input", withInputs("6", { text: undefined }), "6", "required_input_missing", "text"],
    ["a link to no node", withInputs("3", { model: ["99", 0] }), "3", "exception_during_inner_validation", "'99'"],
    [
      "a link to the wrong output",
      withInputs("8", { vae: ["4", 0] }),
      "8",
      "return_type_mismatch",
      "vae, received_type(MODEL) mismatch input_type(VAE)",
    ],
    ["a circle", withInputs("3", { latent_image: ["3", 0] }), "3", "dependency_cycle", "3 (KSampler) -> 3 (KSampler)"],
  ])("refuses %s and names the node", async (_, prompt, node, type, details) => {
    const { status, json } = await call("/prompt", { prompt });
    expect(status).toBe(400);
    expect(json.error.type).toBe("prompt_outputs_failed_validation");
    expect(Object.keys(json.node_errors)).toEqual([node]);
    expect(json.node_errors[node]).toMatchObject({ dependent_outputs: ["9"], errors: [{ type, details }] });
  });

  test.each([
    ["an unknown class", { "1": { class_type: "Nope", inputs: {} } }, "missing_node_type"],
    ["a workflow that saves nothing", { "4": workflow["4"] }, "prompt_no_outputs"],
    ["no prompt at all", undefined, "no_prompt"],
  ])("refuses %s as a whole", async (_, prompt, type) => {
    expect(await call("/prompt", { prompt })).toMatchObject({
      status: 400,
      json: { error: { type }, node_errors: {} },
    });
  });

  test("refuses a prompt id that is not a UUID, and answers a body that is not JSON with 500", async () => {
    expect((await call("/prompt", { prompt: workflow, prompt_id: "job-1" })).json.error.type).toBe("invalid_prompt_id");
    expect((await fetch(new URL("/prompt", demo.url), { method: "POST", body: "{" })).status).toBe(500);
  });

  test("runs the good outputs of a workflow of which another is bad, and says which", async () => {
    const prompt = { ...workflow, "10": { class_type: "PreviewImage", inputs: {} } };
    const { status, json } = await call("/prompt", { prompt });
    expect(status).toBe(200);
    expect(Object.keys(json.node_errors)).toEqual(["10"]);
  });
});

test.each([
  ["/view", 404],
  ["/view?filename=nothing.png", 404],
  ["/view?filename=../secret.png", 400],
  ["/view?filename=/etc/passwd", 400],
  ["/view?filename=a.png&type=elsewhere", 400],
  ["/view?filename=a.png&subfolder=../../etc", 403],
  ["/nowhere", 404],
])("GET %s is answered with %i", async (path, status) => {
  expect((await fetch(new URL(path, demo.url))).status).toBe(status);
});

test("the system's state says that this is the demo", async () => {
  expect((await call("/system_stats")).json.system.comfyui_version).toBe("demo-renderer");
});

describe("faults", () => {
  test("are switched and read by HTTP, even while the renderer is down", async () => {
    expect((await call("/demo/faults", { down: true, outOfMemory: 2 })).json).toMatchObject({ down: true, lost: 0 });
    await expect(fetch(new URL("/queue", demo.url))).rejects.toThrow("fetch failed");
    expect((await call("/demo/faults")).json).toEqual(demo.faults);
    await call("/demo/faults", { down: false });
    expect((await call("/queue")).status).toBe(200);
  });

  test("of an unknown name or a wrong type are refused", async () => {
    expect(await call("/demo/faults", { dwon: true })).toMatchObject({ status: 400 });
    expect((await call("/demo/faults", { slowMs: "much" })).json.error).toContain("slowMs");
    expect(demo.faults).toMatchObject({ down: false, slowMs: 0 });
  });
});
