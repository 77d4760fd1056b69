import { once } from "node:events";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import express from "express";
import { endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { limits } from "../catalogue/limits.ts";
import { createAdmission, isPriority, releasePlace } from "./admission.ts";
import { createWorld, startTestApi, type World, withKey } from "./fake-desks.ts";
import { type HttpServer, startHttpServer } from "./listen.ts";

test("a priority endpoint's path has no parameters: it is known before routing", () => {
  const routes = endpointNames.filter(isPriority).map((name) => endpoints[name].route);
  expect(routes).toContain("/api/ping");
  expect(routes.filter((route) => route.includes(":"))).toEqual([]);
});

describe("with one place and no line", () => {
  let server: HttpServer;
  let shed: number;
  /** The next request to `/held` has been taken on; `release` has it answered. */
  let held: PromiseWithResolvers<() => void>;
  /** The next response has been closed. */
  let closed: PromiseWithResolvers<void>;

  beforeEach(async () => {
    shed = 0;
    held = Promise.withResolvers();
    closed = Promise.withResolvers();
    const app = express();
    app.use(
      createAdmission({
        places: 1,
        waiting: 0,
        onShed: () => {
          shed += 1;
        },
      }),
    );
    app.get("/held", (_request, response) => {
      response.once("close", () => closed.resolve());
      held.resolve(() => void response.json("held"));
    });
    app.get("/stream", (_request, response) => {
      response.once("close", () => closed.resolve());
      response.write("first");
    });
    app.get("/events", (_request, response) => {
      response.once("close", () => closed.resolve());
      releasePlace(response);
      response.write("first");
    });
    app.use((_request, response) => void response.json("done"));
    server = await startHttpServer({ app, host: "127.0.0.1", port: 0 });
  });
  afterEach(() => server.close(0));

  /** Has one request in hand; the result ends it. */
  async function fill(): Promise<() => Promise<void>> {
    const answer = fetch(`${server.url}/held`);
    const release = await held.promise;
    return async () => {
      release();
      await (await answer).text();
      await closed.promise;
    };
  }
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(server.url + path, init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  test("what comes beyond is refused at once, told when to come again, and counted", async () => {
    const end = await fill();
    const { status, headers, body } = await ask("/other?key=secret");
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe(String(limits.overloadRetryAfterSeconds));
    expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: "urn:gozcu:problem:overloaded", status: 503, instance: "/other" });
    expect(shed).toBe(1);
    await end();
  });

  test("an answer frees its place", async () => {
    await (await fill())();
    expect((await ask("/other")).status).toBe(200);
    expect((await ask("/other")).status).toBe(200);
    expect(shed).toBe(0);
  });

  test("a client that goes away frees its place", async () => {
    const abort = new AbortController();
    const answer = fetch(`${server.url}/held`, { signal: abort.signal });
    await held.promise;
    abort.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    await closed.promise;
    expect((await ask("/other")).status).toBe(200);
  });

  test("a stream holds its place until it is closed", async () => {
    const abort = new AbortController();
    await fetch(`${server.url}/stream`, { signal: abort.signal });
    expect((await ask("/other")).status).toBe(503);
    abort.abort();
    await closed.promise;
    expect((await ask("/other")).status).toBe(200);
  });

  test("a stream that has given its place back holds none, and gives none back when it is closed", async () => {
    const abort = new AbortController();
    await fetch(`${server.url}/events`, { signal: abort.signal });
    const end = await fill();
    abort.abort();
    await closed.promise;
    closed = Promise.withResolvers();
    expect((await ask("/other")).status).toBe(503);
    await end();
    expect((await ask("/other")).status).toBe(200);
  });

  test.each([
    ["GET", "/api/ping"],
    ["GET", "/api/health?x=1"],
    ["POST", "/api/alerts"],
    ["GET", "/metrics"],
    ["HEAD", "/livez"],
    ["GET", "/readyz?verbose"],
  ])("%s %s is never refused", async (method, path) => {
    const end = await fill();
    expect((await fetch(server.url + path, { method })).status).toBe(200);
    await end();
  });

  test("another method of a priority endpoint's path is refused as any other", async () => {
    const end = await fill();
    expect((await ask("/api/alerts")).status).toBe(503);
    await end();
  });

  /** Sends bytes on one raw connection and gives all that comes back until the server closes it. */
  async function converse(head: string, body: string): Promise<string> {
    const socket = createConnection(server.port, "127.0.0.1");
    await once(socket, "connect");
    // A server that closes need not take all that is sent.
    socket.on("error", () => {});
    socket.write(`${head}\r\n\r\n`);
    socket.write(body);
    return text(socket);
  }

  test("the connection of a refused request with a body can be used again", async () => {
    const end = await fill();
    const body = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".padEnd(limits.bodyBytes, " ");
    const next = "GET /api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const heard = await converse(
      `POST /api/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}`,
      `${body}${next}`,
    );
    expect(heard.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 503", "HTTP/1.1 200"]);
    expect(shed).toBe(1);
    await end();
  });

  test.each([
    ["is large", `Content-Length: ${limits.bodyBytes + 1}`, "{"],
    ["does not tell its length", "Transfer-Encoding: chunked", "1\r\n{\r\n"],
  ])("a refused body that %s is not waited for: the connection is closed", async (_, header, begin) => {
    const end = await fill();
    const heard = await converse(`POST /api/jobs HTTP/1.1\r\nHost: x\r\n${header}`, begin);
    expect(heard).toMatch(/^HTTP\/1.1 503 /);
    expect(heard).toMatch(/^connection: close\r$/im);
    await end();
  });
});

describe("in the API", () => {
  let world: World;
  let api: Awaited<ReturnType<typeof startTestApi>>;
  beforeEach(async () => {
    world = createWorld();
    api = await startTestApi(world);
  });
  afterEach(() => api.close());

  test("as many requests are in hand as the limit says; ping and health are answered meanwhile", async () => {
    const database = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    let waiting = 0;
    world.database = () => {
      waiting += 1;
      if (waiting === limits.requestsInHand) full.resolve();
      return database.promise;
    };
    const inHand = Array.from({ length: limits.requestsInHand }, () =>
      api.send("GET", "/api/jobs", { headers: withKey }),
    );
    await full.promise;

    // Without a key: nothing is looked at of what waits and is refused.
    expect((await api.send("POST", "/api/jobs", { body: "{" })).status).toBe(503);
    expect((await api.send("GET", "/api/ping")).status).toBe(200);
    expect((await api.send("GET", "/api/health")).status).toBe(200);
    expect(world.shed).toBe(1);

    database.resolve();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual(inHand.map(() => 200));
    expect((await api.send("GET", "/api/jobs", { headers: withKey })).status).toBe(200);
    expect(world.shed).toBe(1);
  });
});
