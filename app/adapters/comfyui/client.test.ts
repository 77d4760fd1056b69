import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { PNG } from "pngjs";
import { type DemoRenderer, startDemoRenderer } from "../../demo-renderer/server.ts";
import { type ComfyuiClient, createComfyuiClient } from "./client.ts";
import { createTextToImageWorkflow, type Workflow } from "./default-workflow.ts";
import type { RenderProgress } from "./progress.ts";

/** Small pictures, since drawing is slow under Jest. */
const small = { class_type: "EmptyLatentImage", inputs: { width: 64, height: 48, batch_size: 1 } };
const workflow: Workflow = { ...createTextToImageWorkflow({ prompt: "a lighthouse", seed: 7 }), "5": small };
/** Slow polling so slow that a test only ends if the socket tells the end. */
const timings = { pollMs: 10, slowPollMs: 600_000, reconnectMs: 10, cancelMs: 1_000 };
const never = new AbortController().signal;

let demo: DemoRenderer;
let calls: string[];
let clients: ComfyuiClient[];
beforeEach(async () => {
  demo = await startDemoRenderer({ stepMs: 1, steps: 5 });
  calls = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.close();
  await demo.close();
});

/** A client whose requests are written down, and can be changed on their way. */
function connect(onTheWay: typeof fetch = fetch): ComfyuiClient {
  const client = createComfyuiClient({
    url: demo.url,
    timings,
    log: () => undefined,
    fetch: (input, init) => {
      calls.push(`${init?.method ?? "GET"} ${new URL(new Request(input).url).pathname}`);
      return onTheWay(input, init);
    },
  });
  clients.push(client);
  return client;
}

const order = () => ({ promptId: randomUUID(), workflow, signal: never });

/** Resolves when the render under way reports progress for the first time. */
function firstProgress() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, onProgress: () => resolve() };
}

async function queueOf(url: string): Promise<{ queue_running: unknown[]; queue_pending: unknown[] }> {
  return JSON.parse(await (await fetch(new URL("/queue", url))).text());
}

describe("a render", () => {
  test("gives a picture of the size asked for, with progress that only grows and ends at 1", async () => {
    const progress: RenderProgress[] = [];
    const { images } = await connect().render({ ...order(), onProgress: (each) => progress.push(each) });
    expect(images).toHaveLength(1);
    expect(images[0]?.contentType).toBe("image/png");
    expect(PNG.sync.read(images[0]?.bytes ?? Buffer.alloc(0))).toMatchObject({ width: 64, height: 48 });

    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...new Set(fractions)].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    // Seven nodes, one of which shows five steps.
    expect(fractions.length).toBeGreaterThanOrEqual(10);
    expect(progress.find(({ fraction }) => fraction > 4 / 7 && fraction < 5 / 7)?.node).toBe("3");
  });

  test("gives the same picture for the same prompt and seed, and another for another", async () => {
    const client = connect();
    const render = async (seed: number) => {
      const seeded = { ...createTextToImageWorkflow({ prompt: "a lighthouse", seed }), "5": small };
      return (await client.render({ ...order(), workflow: seeded })).images[0]?.bytes.toString("base64");
    };
    const [first, again, other] = [await render(1), await render(1), await render(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("shares the socket with others, each hearing of its own prompt only", async () => {
    const client = connect();
    const nodes = await Promise.all(
      ["a", "b", "c"].map(async (prefix) => {
        const own = Object.fromEntries(
          Object.entries(workflow).map(([id, node]) => [
            prefix + id,
            {
              ...node,
              inputs: Object.fromEntries(
                Object.entries(node.inputs).map(([k, v]) => [k, Array.isArray(v) ? [prefix + v[0], v[1]] : v]),
              ),
            },
          ]),
        );
        const heard = new Set<string>();
        await client.render({ ...order(), workflow: own, onProgress: ({ node }) => heard.add(node?.charAt(0) ?? "") });
        return [...heard].join("");
      }),
    );
    expect(nodes).toEqual(["a", "b", "c"]);
  });

  test("falls back on previews when nothing is saved", async () => {
    const preview = { ...workflow, "9": { class_type: "PreviewImage", inputs: { images: ["8", 0] } } };
    expect((await connect().render({ ...order(), workflow: preview })).images).toHaveLength(1);
  });

  test("works with an old server that chooses the prompt's id itself", async () => {
    const client = connect(async (input, init) => {
      if (!new Request(input).url.endsWith("/prompt")) return fetch(input, init);
      const { prompt_id: _, ...old } = JSON.parse(await new Request(input, init).text());
      return fetch(input, { ...init, body: JSON.stringify(old) });
    });
    expect((await client.render(order())).images).toHaveLength(1);
  });
});

describe("a prompt that ComfyUI already has", () => {
  test("is taken up while it runs, and again when it has ended, without a second submission", async () => {
    const asked = order();
    const running = firstProgress();
    demo.faults.slowMs = 20;
    const first = connect().render({ ...asked, onProgress: running.onProgress });
    await running.promise;
    const second = await connect().render(asked);
    const third = await connect().render(asked);
    expect(second.images).toEqual((await first).images);
    expect(third.images).toEqual(second.images);
    expect(calls.filter((call) => call === "POST /prompt")).toHaveLength(1);
  });

  test("is submitted anew when it failed there", async () => {
    const client = connect();
    const asked = order();
    demo.faults.badNode = 1;
    await expect(client.render(asked)).rejects.toMatchObject({ code: "comfyui_execution_failed" });
    expect((await client.render(asked)).images).toHaveLength(1);
    expect(calls.filter((call) => call === "POST /prompt")).toHaveLength(2);
  });
});

describe("an abort", () => {
  test("while the prompt runs interrupts it and rejects with the signal's reason", async () => {
    const abort = new AbortController();
    const reason = new Error("cancelled by the user");
    demo.faults.slowMs = 10;
    const asked = { ...order(), signal: abort.signal, onProgress: () => abort.abort(reason) };
    await expect(connect().render(asked)).rejects.toBe(reason);
    expect(calls).toContain("POST /interrupt");
    await expect(connect().render({ ...order() })).resolves.toMatchObject({ images: [{ contentType: "image/png" }] });
    const history = JSON.parse(await (await fetch(new URL(`/history/${asked.promptId}`, demo.url))).text());
    expect(history[asked.promptId].status.messages.at(-1)[0]).toBe("execution_interrupted");
  });

  test("while the prompt waits takes it out of the queue and leaves the running one alone", async () => {
    const client = connect();
    const abort = new AbortController();
    const running = firstProgress();
    demo.faults.slowMs = 50;
    const first = client.render({ ...order(), onProgress: running.onProgress });
    await running.promise;
    const submitted = Promise.withResolvers<void>();
    const second = connect(async (input, init) => {
      const answer = await fetch(input, init);
      if (new Request(input).url.endsWith("/prompt")) submitted.resolve();
      return answer;
    }).render({ ...order(), signal: abort.signal });
    await submitted.promise;
    expect(await queueOf(demo.url)).toMatchObject({ queue_running: [{}], queue_pending: [{}] });

    abort.abort(new Error("not needed"));
    await expect(second).rejects.toThrow("not needed");
    expect(await queueOf(demo.url)).toMatchObject({ queue_running: [{}], queue_pending: [] });
    expect(calls).not.toContain("POST /interrupt");
    demo.faults.slowMs = 0;
    expect((await first).images).toHaveLength(1);
  });

  test("before the start asks nothing of ComfyUI", async () => {
    const reason = new Error("too late");
    await expect(connect().render({ ...order(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(calls).toEqual([]);
  });
});
