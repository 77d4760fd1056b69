import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createWorld, startTestApi, withKey } from "./fake-desks.ts";

interface Session {
  readonly id: string;
  readonly token: string;
}

const world = createWorld();
let api: Awaited<ReturnType<typeof startTestApi>>;
let session: Session;
beforeAll(async () => {
  api = await startTestApi(world);
});
afterAll(() => api.close());
beforeEach(async () => {
  world.recorded.length = 0;
  session = (await api.send("POST", "/api/sessions", { headers: withKey })).body as Session;
});

const measure = (body: unknown, token = session.token, id = session.id) =>
  api.send("POST", `/api/sessions/${id}/measurements`, { headers: { Authorization: `Bearer ${token}` }, body });

test("a session comes with its token, its end and its TURN credentials", async () => {
  const { status, body } = await api.send("POST", "/api/sessions", { headers: withKey });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.any(String),
    token: expect.any(String),
    expiresAt: expect.stringMatching(/\.\d{3}Z$/),
    iceServers: [{ urls: ["turn:turn.example.com:3478"], username: "1780000000:x", credential: "c2VjcmV0" }],
  });
});

describe("measurements", () => {
  test.each([
    [{ webrtcConnectionTimeMs: 234, queueWaitTimeMs: 5_000 }],
    [{ webrtcConnectionTimeMs: 0.5 }],
    [{ queueWaitTimeMs: 3_600_000 }],
  ])("are recorded: %j", async (body) => {
    const answer = await measure(body);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ status: "accepted" });
    expect(world.recorded).toEqual([body]);
  });

  test.each([
    [{}, ""],
    [{ webrtcConnectionTimeMs: -1 }, "/webrtcConnectionTimeMs"],
    [{ queueWaitTimeMs: 3_600_001 }, "/queueWaitTimeMs"],
    [{ queueWaitTimeMs: "5" }, "/queueWaitTimeMs"],
    [{ queueWaitTimeMs: 5, extra: 1 }, "/extra"],
    ['{"queueWaitTimeMs":1e999}', "/queueWaitTimeMs"],
  ])("are refused: %j", async (body, pointer) => {
    const answer = await measure(body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
    expect(world.recorded).toEqual([]);
  });

  test("need the session's own token", async () => {
    const other = (await api.send("POST", "/api/sessions", { headers: withKey })).body as Session;
    const { status, headers } = await measure({ queueWaitTimeMs: 5 }, other.token);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer /);
    expect(world.recorded).toEqual([]);
  });

  test.each([undefined, "Bearer", "Basic eDp5", "Bearer a b"])("need a bearer token, not %p", async (authorization) => {
    const { status, headers } = await api.send("POST", `/api/sessions/${session.id}/measurements`, {
      headers: { ...withKey, ...(authorization && { Authorization: authorization }) },
      body: { queueWaitTimeMs: 5 },
    });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer /);
  });

  test.each([randomUUID(), "x", "%00"])("of the unknown session %s are refused", async (id) => {
    expect((await measure({ queueWaitTimeMs: 5 }, session.token, id)).status).toBe(404);
  });

  test("may come from the pages of any site", async () => {
    const path = `/api/sessions/${session.id}/measurements`;
    const preflight = await api.send("OPTIONS", path, { headers: { Origin: "https://lensia.example" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect((await measure({})).headers.get("access-control-allow-origin")).toBe("*");
  });
});
