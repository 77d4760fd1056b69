import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createWorld, startTestApi } from "./fake-desks.ts";

const page = "# ComfyuiDown\n\nWhat it means: görüntü yok.\n";
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi(createWorld(), { renderRunbook: (alert) => (alert === "ComfyuiDown" ? page : undefined) });
});
afterAll(() => api.close());

test.each(["ComfyuiDown", "ComfyuiDown.md"])("the runbook %s is served as text that a browser shows", async (name) => {
  const { status, headers, body } = await api.send("GET", `/runbooks/${name}`);
  expect([status, body]).toEqual([200, page]);
  expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(headers.get("content-disposition")).toBe("inline");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test.each([
  "Unknown",
  "comfyuidown",
  "Not-Letters",
  "..%2fSecret",
  "%2e%2e%2fSecret",
  "ComfyuiDown%00",
  "ComfyuiDown%0a",
  "A".repeat(65),
])("%s is no runbook", async (name) => {
  const { status, body } = await api.send("GET", `/runbooks/${name}`);
  expect(status).toBe(404);
  expect(body).toHaveProperty("type", "urn:gozcu:problem:not-found");
});
