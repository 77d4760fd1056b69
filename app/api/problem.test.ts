import { request as httpRequest } from "node:http";
import { createConnection } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { addJob, createWorld, databaseDown, startTestApi, type World, withKey } from "./fake-desks.ts";

let world: World;
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  world = createWorld();
  api = await startTestApi(world);
});
afterEach(() => api.close());

const report = { source: "x", metrics: { a: 1 } };

/** Posts bytes with just these headers, which `fetch` would not let through. */
async function post(path: string, headers: Record<string, string>, body: Buffer | string) {
  const response = await fetch(`${api.url}${path}`, {
    method: "POST",
    headers: { ...withKey, ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: response.status, contentType: response.headers.get("content-type"), body: await response.json() };
}

test("a problem says what, why and where, and nothing of the query", async () => {
  const { status, headers, body } = await api.send("GET", "/api/nothing?token=secret");
  expect(status).toBe(404);
  expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(body).toEqual({
    type: "urn:gozcu:problem:not-found",
    title: "There is nothing here",
    status: 404,
    detail: "No such path; /api/openapi.json lists them all",
    instance: "/api/nothing",
  });
});

describe("a body", () => {
  test.each([
    ["cut short", '{"source":"x"'],
    ["of NaN", '{"source":"x","metrics":{"a":NaN}}'],
    ["of plain words", "hello"],
    ["with a trailing comma", '{"source":"x",}'],
    ["of blanks", "   "],
  ])("%s is not JSON", async (_what, body) => {
    const answer = await api.send("POST", "/api/telemetry", { headers: withKey, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("type", "urn:gozcu:problem:malformed-json");
  });

  test.each([
    ["text/plain", {}],
    ["application/x-www-form-urlencoded", {}],
    ["application/json; charset=latin1", {}],
    ["application/json; charset=utf-99", {}],
    ["application/json", { "Content-Encoding": "compress" }],
  ])("of type %s %j is not taken", async (type, headers) => {
    const { status, contentType, body } = await post(
      "/api/telemetry",
      { "Content-Type": type, ...headers },
      JSON.stringify(report),
    );
    expect(status).toBe(415);
    expect(contentType).toMatch(/^application\/problem\+json/);
    expect(body).toHaveProperty("type", "urn:gozcu:problem:unsupported-media-type");
  });

  test("that is missing has the wrong shape", async () => {
    const { status, body } = await api.send("POST", "/api/telemetry", { headers: withKey });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: "", detail: expect.stringContaining("expected object") }] });
  });

  test("may be compressed, and counts by what it grows to", async () => {
    const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    expect((await post("/api/telemetry", headers, gzipSync(JSON.stringify(report)))).status).toBe(202);
    const bomb = gzipSync(JSON.stringify({ ...report, padding: "x".repeat(10_000_000) }));
    expect((await post("/api/telemetry", headers, bomb)).status).toBe(413);
    expect((await post("/api/telemetry", headers, "not gzip")).status).toBe(400);
  });

  test.each([
    ["/api/telemetry", 100_000],
    ["/api/sessions", 100_000],
    ["/api/jobs", 1_000_000],
  ])("for %s has at most %d bytes", async (path, bytes) => {
    const sized = (size: number) => `{"a":"${"x".repeat(size - 8)}"}`;
    const fits = await api.send("POST", path, { headers: withKey, body: sized(bytes) });
    expect(fits.status).not.toBe(413);
    const { status, body } = await api.send("POST", path, { headers: withKey, body: sized(bytes + 1) });
    expect(status).toBe(413);
    expect(body).toMatchObject({
      type: "urn:gozcu:problem:body-too-large",
      detail: `The body may have at most ${bytes} bytes`,
    });
  });
});

describe("a path", () => {
  test.each(["/api/jobs/%E0%A4%A", "/%E0%A4%A"])("that is not UTF-8 is malformed: %s", async (path) => {
    const { status, body } = await api.send("GET", path, { headers: withKey });
    expect(status).toBe(400);
    expect(body).toHaveProperty("type", "urn:gozcu:problem:malformed-uri");
  });

  test.each([
    "/api/../../etc/passwd",
    "/api/jobs/../../../etc/passwd",
    "//etc/passwd",
    "/api/%2e%2e/%2e%2e/etc/passwd",
  ])("leads nowhere else: %s", async (path) => {
    const status = await new Promise((resolve, reject) => {
      // Unlike fetch, this sends the path as it is.
      const outgoing = httpRequest(api.url, { path, headers: withKey, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on("error", reject).end();
    });
    expect(status).toBe(404);
  });
});

describe("the database", () => {
  test.each([
    ["GET", "/api/telemetry", undefined],
    ["POST", "/api/telemetry", report],
    ["POST", "/api/jobs", { type: "image", prompt: "x" }],
    ["GET", "/api/jobs", undefined],
    ["GET", "/api/jobs/01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90", undefined],
    ["POST", "/api/jobs/01936f7e-7c3a-7d11-8f00-5b7c3f1d2a90/cancel", undefined],
    ["POST", "/api/sessions", undefined],
  ])("out of reach makes %s %s unavailable for a while", async (method, path, body) => {
    world.database = databaseDown;
    const answer = await api.send(method, path, { headers: withKey, body });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.body).toMatchObject({
      type: "urn:gozcu:problem:database-unavailable",
      title: "The database is not reachable",
    });
    expect(JSON.stringify(answer.body)).not.toContain("10.0.0.7");
    expect(world.logged).toEqual([]);
  });
});

test("a fault of ours is logged with its cause, and not shown", async () => {
  const fault = new Error("password=hunter2", { cause: new Error("deeper") });
  world.database = () => {
    throw fault;
  };
  const { status, headers, body } = await api.send("GET", "/api/jobs", { headers: withKey });
  expect(status).toBe(500);
  expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(body).toEqual({
    type: "urn:gozcu:problem:internal",
    title: "Something went wrong here",
    status: 500,
    instance: "/api/jobs",
  });
  expect(world.logged).toEqual([
    { fields: { err: fault, method: "GET", path: "/api/jobs" }, message: "request failed" },
  ]);
});

test("another server's 404, thrown inside, is a fault of ours and no 404", async () => {
  world.database = () => {
    throw Object.assign(new Error("no such bucket"), { status: 404 });
  };
  expect((await api.send("GET", "/api/jobs", { headers: withKey })).status).toBe(500);
});

test("a client that goes away in the middle of its body makes no noise", async () => {
  const socket = createConnection(Number(new URL(api.url).port), "127.0.0.1");
  const head = [
    "POST /api/telemetry HTTP/1.1",
    "Host: x",
    `X-API-Key: ${withKey["X-API-Key"]}`,
    "Content-Type: application/json",
  ];
  socket.write(`${head.join("\r\n")}\r\nContent-Length: 1000\r\n\r\n{"sour`);
  const { status } = await api.send("GET", `/api/jobs/${addJob(world, "pending").id}`, { headers: withKey });
  socket.destroy();
  await api.close();
  expect(status).toBe(200);
  expect(world.logged).toEqual([]);
});
