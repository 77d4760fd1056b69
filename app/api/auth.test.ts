import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { createApiKeys } from "./auth.ts";
import { createWorld, startTestApi } from "./fake-desks.ts";

test("an empty key opens nothing, even where the settings hold one", () => {
  expect(createApiKeys([""]).identify("")).toBeUndefined();
});

test("a valid key is known by the beginning of its hash, any other by nothing", () => {
  const keys = createApiKeys(["first", "second"]);
  expect(keys.identify("second")).toBe(createHash("sha256").update("second").digest("hex").slice(0, 12));
  expect(keys.identify("first")).not.toBe(keys.identify("second"));
  for (const key of [undefined, "", "First", "first ", "third"]) expect(keys.identify(key)).toBeUndefined();
});

describe("an endpoint that needs a key", () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  beforeAll(async () => {
    api = await startTestApi(createWorld());
  });
  afterAll(() => api.close());

  const guarded = endpointNames.filter((name) => endpoints[name].auth === "apiKey").map((name) => endpoints[name]);

  test.each(guarded)("refuses $method $route without one, and with a wrong one", async ({ method, route }) => {
    for (const headers of [{}, { "X-API-Key": "a-guess" }]) {
      const answer = await api.send(method, route, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^ApiKey /);
      expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
      expect(JSON.stringify(answer.body)).not.toContain("a-guess");
    }
  });
});
