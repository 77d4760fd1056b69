import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type WebSocket, WebSocketServer } from "ws";
import { type ComfyuiSocket, createComfyuiSocket, type SocketListener } from "./socket.ts";
import { defaultTimings } from "./timings.ts";

let server: WebSocketServer;
let socket: ComfyuiSocket;
let logged: string[];
beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  logged = [];
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  socket = createComfyuiSocket({
    base: new URL(`http://127.0.0.1:${port}/comfyui/`),
    clientId: "me",
    timings: { ...defaultTimings, reconnectMs: 1, idleMs: 1 },
    log: (level, message) => logged.push(`${level}: ${message}`),
  });
});
afterEach(async () => {
  await socket.close();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** Writes down what it hears; `heard` resolves at an `execution_success`. */
function createListener(): SocketListener & { readonly types: string[]; readonly heard: Promise<void> } {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const types: string[] = [];
  return {
    types,
    heard,
    onGap: () => undefined,
    onMessage(message) {
      types.push(message.type);
      if (message.type === "execution_success") resolve();
    },
  };
}

async function connected(): Promise<{ peer: WebSocket; path: string | undefined }> {
  const [peer, request] = await once(server, "connection");
  return { peer, path: request.url };
}

describe("the socket", () => {
  test("brings each listener the messages of its prompt, those without an id to the prompt named last", async () => {
    const [a, b] = [createListener(), createListener()];
    const connection = connected();
    await Promise.all([socket.listen("a", a), socket.listen("b", b)]);
    const { peer, path } = await connection;
    expect(path).toBe("/comfyui/ws?clientId=me");
    const say = (type: string, data: object) => peer.send(JSON.stringify({ type, data }));
    say("status", { status: {} });
    peer.send(Buffer.from(JSON.stringify({ type: "executed", data: { prompt_id: "a", node: "1" } })));
    say("execution_start", { prompt_id: "a" });
    say("progress", { value: 1, max: 2 });
    say("execution_start", { prompt_id: "stranger" });
    say("progress", { value: 1, max: 2 });
    say("execution_success", { prompt_id: "a" });
    say("execution_success", { prompt_id: "b" });
    await b.heard;
    expect(a.types).toEqual(["execution_start", "progress", "execution_success"]);
    expect(b.types).toEqual(["execution_success"]);
    expect(server.clients.size).toBe(1);
  });

  test("is opened again when it drops, tells of the gap, and is logged once", async () => {
    const gap = Promise.withResolvers<void>();
    const listener = { ...createListener(), onGap: () => gap.resolve() };
    const first = connected();
    await socket.listen("a", listener);
    const second = connected();
    (await first).peer.terminate();
    await gap.promise;
    const { peer } = await second;
    peer.send(JSON.stringify({ type: "execution_success", data: { prompt_id: "a" } }));
    await listener.heard;
    expect(logged).toEqual([
      "warn: ComfyUI's socket is away, polling instead: closed by ComfyUI",
      "info: ComfyUI's socket is back",
    ]);
  });

  test("is closed in order while it still connects", async () => {
    const attempt = socket.listen("a", createListener());
    await socket.close();
    await attempt;
    expect(socket.isOpen()).toBe(false);
    expect(logged).toEqual([]);
  });

  test("is let go when nobody listens any more", async () => {
    const connection = connected();
    await socket.listen("a", createListener());
    const { peer } = await connection;
    const closed = once(peer, "close");
    socket.unlisten("a");
    await closed;
    expect(socket.isOpen()).toBe(false);
    expect(logged).toEqual([]);
  });
});
