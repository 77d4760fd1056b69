import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as forward } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type DemoRenderer, startDemoRenderer } from "../../demo-renderer/server.ts";
import { type ComfyuiClient, createComfyuiClient } from "./client.ts";
import { createTextToImageWorkflow, type Workflow } from "./default-workflow.ts";

/** Small pictures, since drawing is slow under Jest. */
const small = { class_type: "EmptyLatentImage", inputs: { width: 64, height: 48, batch_size: 1 } };
const workflow: Workflow = { ...createTextToImageWorkflow({ prompt: "a lighthouse", seed: 7 }), "5": small };
const never = new AbortController().signal;

let demo: DemoRenderer;
let clients: ComfyuiClient[];
beforeEach(async () => {
  demo = await startDemoRenderer({ stepMs: 1, steps: 4 });
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.close();
  await demo.close();
});

function connect(options: { url?: string; fetch?: typeof fetch; requestMs?: number } = {}): ComfyuiClient {
  const { url = demo.url, requestMs = 5_000 } = options;
  const client = createComfyuiClient({
    url,
    log: () => undefined,
    timings: { requestMs, pollMs: 10, slowPollMs: 600_000, reconnectMs: 10, cancelMs: 100 },
    ...(options.fetch && { fetch: options.fetch }),
  });
  clients.push(client);
  return client;
}

const order = () => ({ promptId: randomUUID(), workflow, signal: never });

/** Answers one path by itself and leaves the others to the demo renderer. */
function answering(path: string, body: string): typeof fetch {
  return async (input, init) =>
    new URL(new Request(input).url).pathname.startsWith(path) ? new Response(body) : fetch(input, init);
}

describe("a render rejects", () => {
  test("as retryable when ComfyUI runs out of memory", async () => {
    demo.faults.outOfMemory = 1;
    await expect(connect().render(order())).rejects.toMatchObject({ code: "comfyui_out_of_memory", retryable: true });
  });

  test("for good when a node fails, naming the node and its complaint", async () => {
    demo.faults.badNode = 1;
    await expect(connect().render(order())).rejects.toMatchObject({
      code: "comfyui_execution_failed",
      retryable: false,
      message: "ComfyUI failed at node 3 (KSampler): The demo renderer was told to fail here",
    });
  });

  test("for good when a node fails at an old server, which tells it by socket only", async () => {
    demo.faults.badNode = 1;
    const forgetful: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!new Request(input).url.includes("/history/")) return answer;
      return new Response((await answer.text()).replace('"status":{', '"ignored":{'));
    };
    const rendered = connect({ fetch: forgetful }).render(order());
    await expect(rendered).rejects.toMatchObject({ code: "comfyui_execution_failed" });
  });

  test("as retryable when ComfyUI has forgotten the prompt", async () => {
    demo.faults.lost = 1;
    await expect(connect().render(order())).rejects.toMatchObject({ code: "comfyui_lost_prompt", retryable: true });
  });

  test("as retryable when somebody else interrupts it", async () => {
    demo.faults.slowMs = 10;
    const interrupt = () => void fetch(new URL("/interrupt", demo.url), { method: "POST" });
    const rendered = connect().render({ ...order(), onProgress: interrupt });
    await expect(rendered).rejects.toMatchObject({ code: "comfyui_interrupted", retryable: true });
  });

  test("for good when the workflow is invalid, naming node, class and complaint", async () => {
    const wrong = { ...workflow, "3": { class_type: "KSampler", inputs: { ...workflow["3"]?.inputs, steps: 0 } } };
    await expect(connect().render({ ...order(), workflow: wrong })).rejects.toMatchObject({
      code: "comfyui_invalid_workflow",
      retryable: false,
      message: "ComfyUI refused the workflow: node 3 (KSampler): Value 0 smaller than min of 1 (steps)",
    });
  });

  test("for good when the workflow has a class that ComfyUI does not know", async () => {
    const wrong = { ...workflow, "12": { class_type: "Upscale9000", inputs: {} } };
    await expect(connect().render({ ...order(), workflow: wrong })).rejects.toThrow("node 12 (Upscale9000)");
  });

  test("for good when nothing left a picture", async () => {
    const promptId = randomUUID();
    const history = JSON.stringify({ [promptId]: { outputs: { "9": { text: ["?"] } }, status: null } });
    const client = connect({ fetch: answering("/history", history) });
    await expect(client.render({ ...order(), promptId })).rejects.toMatchObject({
      code: "comfyui_no_images",
      retryable: false,
    });
  });

  test.each(["not JSON", '{"queue_running": 7}'])("as retryable when ComfyUI answers %j", async (body) => {
    await expect(connect({ fetch: answering("/queue", body) }).render(order())).rejects.toMatchObject({
      code: "comfyui_bad_answer",
      retryable: true,
    });
  });

  test("when a picture is larger than allowed", async () => {
    const client = connect({ fetch: answering("/view", "x".repeat(64 * 2 ** 20 + 1)) });
    await expect(client.render(order())).rejects.toMatchObject({ code: "comfyui_bad_answer" });
  });

  test("as retryable when ComfyUI goes down while it renders", async () => {
    const goDown = () => {
      demo.faults.down = true;
    };
    await expect(connect().render({ ...order(), onProgress: goDown })).rejects.toMatchObject({
      code: "comfyui_unreachable",
      retryable: true,
    });
  });

  test("with the signal's reason when ComfyUI hangs and does not even take the cancellation", async () => {
    const abort = new AbortController();
    const reason = new Error("timed out");
    const hang = () => {
      demo.faults.hang = true;
      abort.abort(reason);
    };
    await expect(connect().render({ ...order(), signal: abort.signal, onProgress: hang })).rejects.toBe(reason);
  });
});

describe("a render ends well", () => {
  test("when the socket drops in the middle of it", async () => {
    demo.faults.dropSocket = 1;
    demo.faults.slowMs = 5;
    const fractions: number[] = [];
    const onProgress = ({ fraction }: { fraction: number }) => fractions.push(fraction);
    expect((await connect().render({ ...order(), onProgress })).images).toHaveLength(1);
    expect(fractions.at(-1)).toBe(1);
  });

  test("when there is no socket to be had, by polling alone", async () => {
    const proxy = createServer((incoming, outgoing) => {
      const { method = "GET", headers } = incoming;
      const onward = forward(new URL(incoming.url ?? "/", demo.url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    proxy.on("upgrade", (_, connection) => connection.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const address = proxy.address();
    const port = typeof address === "object" ? address?.port : undefined;
    try {
      expect((await connect({ url: `http://127.0.0.1:${port}/` }).render(order())).images).toHaveLength(1);
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

describe("a probe", () => {
  test("tells that it is the demo renderer", async () => {
    expect(await connect().probe(never)).toEqual({ version: "demo-renderer", demo: true });
  });

  test("tells a real server's version, or none when it is too old to say", async () => {
    const stats = (system: object) => connect({ fetch: answering("/system_stats", JSON.stringify({ system })) });
    expect(await stats({ comfyui_version: "0.3.71" }).probe(never)).toEqual({ version: "0.3.71", demo: false });
    expect(await stats({ os: "posix" }).probe(never)).toEqual({ demo: false });
  });

  test("of a server that hangs ends at the deadline of the request, or with the caller's signal", async () => {
    demo.faults.hang = true;
    await expect(connect({ requestMs: 50 }).probe(never)).rejects.toMatchObject({
      code: "comfyui_unreachable",
      message: `ComfyUI is unreachable: GET ${demo.url}/system_stats: no answer within 50 ms`,
    });
    const reason = new Error("the probe's own deadline");
    const abort = new AbortController();
    const probed = connect().probe(abort.signal);
    abort.abort(reason);
    await expect(probed).rejects.toBe(reason);
  });

  test("of a server that is not there says why", async () => {
    await expect(connect({ url: "http://127.0.0.1:1" }).probe(never)).rejects.toThrow(/127\.0\.0\.1:1.*: \w+/);
  });
});
