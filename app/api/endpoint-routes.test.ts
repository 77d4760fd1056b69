import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { endpointNames, endpoints } from "../catalogue/endpoints.ts";
import type { Handler, Handlers, Reply } from "./call.ts";
import { createWorld, startTestApi } from "./fake-desks.ts";

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi(createWorld());
});
afterAll(() => api.close());

const paths = [...Map.groupBy(endpointNames, (name) => endpoints[name].route)].map(([route, names]) => ({
  path: route.replaceAll(/:\w+/g, "1"),
  allow: [...names.flatMap((name) => (endpoints[name].method === "GET" ? ["GET", "HEAD"] : ["POST"])), "OPTIONS"].join(
    ", ",
  ),
}));

describe.each(paths)("$path", ({ path, allow }) => {
  test("answers OPTIONS with what it takes", async () => {
    const { status, headers, body } = await api.send("OPTIONS", path);
    expect([status, headers.get("allow"), body]).toEqual([204, allow, ""]);
  });

  test("answers any other method with 405, and what it takes", async () => {
    const others = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => !allow.includes(method));
    for (const method of others) {
      const { status, headers, body } = await api.send(method, path);
      expect([method, status, headers.get("allow")]).toEqual([method, 405, allow]);
      expect(body).toHaveProperty("type", "urn:gozcu:problem:method-not-allowed");
    }
  });
});

test("HEAD is GET without the body", async () => {
  const { status, headers, body } = await api.send("HEAD", "/api/ping");
  expect([status, body]).toEqual([200, ""]);
  expect(Number(headers.get("content-length"))).toBeGreaterThan(0);
});

test("a missing handler, an undocumented status or a wrong shape does not compile", () => {
  const { ping, ...others } = {} as Handlers;
  // @ts-expect-error: there is no handler for ping.
  const handlers: Handlers = others;
  // @ts-expect-error: the contract of ping knows no 404.
  const reply: Reply<"ping"> = { status: 404, body: "" };
  // @ts-expect-error: a job has more than an id.
  const read: Handler<"jobRead"> = ({ path: { id } }) => ({ status: 200, body: { id } });
  expect([ping, handlers, reply, read]).toHaveLength(4);
});
