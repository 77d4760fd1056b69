import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import express from "express";
import { type HttpServer, startHttpServer } from "../api/listen.ts";
import { pageLimits } from "../catalogue/status-page.ts";
import { createLive, type Live } from "./live.ts";
import type { Rendered } from "./views.ts";

const limits = { ...pageLimits, tickMs: 5, heartbeatMs: 60_000, streams: 3, stallMs: 50 };
const view = { audience: "key", range: "1h" } as const;

let texts: Record<string, string>;
let renderings: number;
let failure: Error | undefined;
let errors: unknown[];
let expiresAt: Date | undefined;
let live: Live;
let last: ServerResponse | undefined;
let server: HttpServer;

function render(): Rendered {
  const sections = Object.entries(texts).map(([id, text]) => ({ id, text, news: text }));
  return {
    at: new Date("2026-11-28T10:00:00Z"),
    sections,
    state: JSON.stringify(texts).replaceAll(/\W/g, "").slice(0, 100),
  };
}

async function start(changes: Partial<typeof limits> = {}): Promise<void> {
  live = createLive({
    views: {
      async read() {
        renderings += 1;
        if (failure !== undefined) throw failure;
        return render();
      },
    },
    build: "b1",
    onError: (error) => void errors.push(error),
    limits: { ...limits, ...changes },
  });
  const app = express();
  app.get("/events", (request, response) => {
    const seen = request.get("Last-Event-ID");
    last = response;
    if (!live.open({ view, response, seen, expiresAt })) response.status(503).end();
  });
  server = await startHttpServer({ app, host: "127.0.0.1", port: 0 });
}

beforeEach(() => {
  texts = { jobs: "<p>none</p>", alerts: "<p>none</p>" };
  renderings = 0;
  failure = undefined;
  errors = [];
  expiresAt = undefined;
});
afterEach(async () => {
  await live.close();
  await server.close(0);
});

interface Heard {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Reads a stream as a browser would. */
async function listen(headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/events`, { headers, signal: leaving.signal });
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  let text = "";
  async function hearUntil(event: string): Promise<readonly Heard[]> {
    const heard: Heard[] = [];
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end === -1) {
        const { value, done } = await reader.read();
        if (done) return heard;
        text += new TextDecoder().decode(value);
        continue;
      }
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const [name] = field("event");
      if (name === undefined) continue;
      heard.push({ event: name, data: field("data").join("\n"), id: field("id")[0] });
      if (name === event) return heard;
    }
  }
  return { response, hearUntil, leave: () => leaving.abort() };
}

const namesOf = (heard: readonly Heard[]) => heard.map(({ event }) => event);

describe("a stream", () => {
  test("begins with who it is for and of which build, and with all that is there", async () => {
    await start();
    const { response, hearUntil } = await listen();
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const heard = await hearUntil("tick");
    expect(namesOf(heard)).toEqual(["hello", "jobs", "alerts", "tick"]);
    expect(JSON.parse(heard[0]?.data ?? "")).toEqual({ audience: "key", build: "b1" });
    expect(heard.at(-1)).toEqual({ event: "tick", data: "2026-11-28T10:00:00.000Z", id: render().state });
  });

  test("begins with nothing that was seen already", async () => {
    await start();
    const { hearUntil } = await listen({ "Last-Event-ID": render().state });
    expect(namesOf(await hearUntil("tick"))).toEqual(["hello", "tick"]);
  });

  test("tells of the sections that have changed, and of no other", async () => {
    await start();
    const { hearUntil } = await listen();
    await hearUntil("tick");
    texts.jobs = "<p>one</p>";
    const heard = await hearUntil("tick");
    expect(namesOf(heard)).toEqual(["jobs", "tick"]);
    expect(heard[0]?.data).toBe("<p>one</p>");
  });

  test("keeps every line of a text in its event, whatever ends it", async () => {
    texts.jobs = "one\r\nevent: over\rdata: two\n\nthree";
    await start();
    const { hearUntil } = await listen();
    const heard = await hearUntil("tick");
    expect(namesOf(heard)).toEqual(["hello", "jobs", "alerts", "tick"]);
    expect(heard[1]?.data).toBe("one\nevent: over\ndata: two\n\nthree");
  });

  test("is heard of now and then where nothing changes", async () => {
    await start({ heartbeatMs: 10 });
    const { hearUntil } = await listen();
    await hearUntil("tick");
    expect(namesOf(await hearUntil("tick"))).toEqual(["tick"]);
  });

  test("ends with its login, and says so", async () => {
    await start();
    expiresAt = new Date(Date.now() + 20);
    const { hearUntil } = await listen();
    expect(namesOf(await hearUntil("never")).at(-1)).toBe("over");
  });

  test("goes on after a rendering that failed", async () => {
    await start();
    const { hearUntil } = await listen();
    await hearUntil("tick");
    failure = new Error("a fault of ours");
    while (errors.length === 0) await delay(1);
    failure = undefined;
    texts.jobs = "<p>again</p>";
    expect(namesOf(await hearUntil("tick"))).toEqual(["jobs", "tick"]);
  });
});

describe("all streams together", () => {
  test("cost one rendering a tick, however many they are", async () => {
    await start({ tickMs: 20 });
    const streams = await Promise.all([listen(), listen(), listen()]);
    for (const { hearUntil } of streams) await hearUntil("tick");
    const before = renderings;
    texts.jobs = "<p>one</p>";
    for (const { hearUntil } of streams) expect(namesOf(await hearUntil("tick"))).toEqual(["jobs", "tick"]);
    // The next tick may have begun before the last stream was read.
    expect(renderings - before).toBeLessThanOrEqual(3);
  });

  test("are bounded in number, and one that has gone makes room", async () => {
    await start();
    const streams = await Promise.all([listen(), listen(), listen()]);
    expect((await listen()).response.status).toBe(503);
    streams[0]?.leave();
    while (live.count === 3) await delay(1);
    expect((await listen()).response.status).toBe(200);
  });

  test("read nothing while nobody looks", async () => {
    await start();
    const { hearUntil, leave } = await listen();
    await hearUntil("tick");
    leave();
    while (live.count > 0) await delay(1);
    await delay(20);
    const before = renderings;
    await delay(50);
    expect(renderings).toBe(before);
  });

  test("end when the service does, which then need not wait for them", async () => {
    await start();
    const { hearUntil } = await listen();
    await hearUntil("tick");
    await live.close();
    await server.close(60_000);
    expect(namesOf(await hearUntil("never"))).toEqual([]);
    expect(live.count).toBe(0);
  });
});

const messageBytes = 1_000_000;

test("a reader that takes nothing is let go of, and what is kept for it does not grow meanwhile", async () => {
  await start({ stallMs: 200 });
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.pause();
  socket.write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  while (live.count === 0) await delay(1);
  let most = 0;
  for (let n = 0; live.count === 1; n += 1) {
    texts.jobs = `${n}`.padEnd(messageBytes, "x");
    most = Math.max(most, last?.writableLength ?? 0);
    await delay(5);
  }
  // The one that the system no longer took.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2 * messageBytes);
  socket.destroy();
});
