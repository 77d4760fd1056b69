import { createHash, randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { addJob, createWorld, startTestApi, type World, withKey } from "./fake-desks.ts";

let world: World;
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  world = createWorld();
  api = await startTestApi(world);
});
afterEach(() => api.close());

const order = { type: "image", prompt: "a lighthouse at dusk" };
const workflow = { "1": { class_type: "KSampler", inputs: { seed: 1 } } };

const get = (path: string) => api.send("GET", path, { headers: withKey });
const submit = (body: unknown, headers: Record<string, string> = {}) =>
  api.send("POST", "/api/jobs", { headers: { ...withKey, ...headers }, body });

describe("POST /api/jobs", () => {
  test("accepts a prompt, and says where the job is", async () => {
    const { status, headers, body } = await submit(order);
    expect(status).toBe(202);
    const [id = ""] = world.jobs.keys();
    expect(body).toEqual({ id, status: "pending", createdAt: expect.stringMatching(/\.\d{3}Z$/) });
    expect(headers.get("location")).toBe(`/api/jobs/${id}`);
    expect(world.orders).toEqual([{ input: order, carrier: { traceparent: expect.stringMatching(/^00-/) } }]);
  });

  test("passes a workflow on as it is, and the webhook's URL", async () => {
    expect((await submit({ type: "image", workflow, webhookUrl: "https://example.com/hook?a=b" })).status).toBe(202);
    expect(world.orders[0]).toMatchObject({
      input: { type: "image", workflow },
      webhookUrl: "https://example.com/hook?a=b",
    });
  });

  test.each([
    ["neither prompt nor workflow", { type: "image" }, "/prompt"],
    ["both prompt and workflow", { ...order, workflow }, "/prompt"],
    ["a type that is not known", { ...order, type: "video" }, "/type"],
    ["an empty prompt", { ...order, prompt: "" }, "/prompt"],
    ["a prompt of 10,001 characters", { ...order, prompt: "x".repeat(10_001) }, "/prompt"],
    ["a prompt with NUL", { ...order, prompt: "a\0b" }, "/prompt"],
    ["a prompt with half of a character", '{"type":"image","prompt":"\\ud83d"}', "/prompt"],
    ["a field with a typo", { ...order, webHookUrl: "https://example.com" }, "/webHookUrl"],
    ["a node that is none", { type: "image", workflow: { "1": 5 } }, "/workflow/1"],
    [
      "an infinite number in a workflow",
      '{"type":"image","workflow":{"1":{"class_type":"X","inputs":{"a":[1e999]}}}}',
      "/workflow/1/inputs/a/0",
    ],
    [
      "an integer in a workflow that has lost digits",
      '{"type":"image","workflow":{"1":{"class_type":"X","inputs":{"seed":18446744073709551615}}}}',
      "/workflow/1/inputs/seed",
    ],
    ["a node named __proto__", '{"type":"image","workflow":{"__proto__":{"class_type":"X"}}}', "/workflow/__proto__"],
    [
      "an input within a workflow named __proto__",
      '{"type":"image","workflow":{"1":{"class_type":"X","inputs":{"a":[{"\\u005f_proto__":1}]}}}}',
      "/workflow/1/inputs/a/0/__proto__",
    ],
    [
      "NUL in a workflow",
      { type: "image", workflow: { "1": { class_type: "X", inputs: { a: "\0" } } } },
      "/workflow/1/inputs/a",
    ],
    ["a URL that is none", { ...order, webhookUrl: "example" }, "/webhookUrl"],
    ["a URL that is not http", { ...order, webhookUrl: "ftp://example.com" }, "/webhookUrl"],
    ["a URL with a password", { ...order, webhookUrl: "https://me:secret@example.com" }, "/webhookUrl"],
    ["a URL of 2,049 characters", { ...order, webhookUrl: `https://example.com/${"x".repeat(2_029)}` }, "/webhookUrl"],
    ["a webhook to a private address", { ...order, webhookUrl: "http://127.0.0.1/hook" }, "/webhookUrl"],
  ])("refuses %s, naming the field", async (_what, body, pointer) => {
    const answer = await submit(body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: "urn:gozcu:problem:invalid-input",
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
    });
    expect(world.orders).toEqual([]);
  });

  test("refuses nesting that would overflow a serializer's stack", async () => {
    const nested = `${"[".repeat(490_000)}${"]".repeat(490_000)}`;
    const { status, body } = await submit(
      `{"type":"image","workflow":{"1":{"class_type":"X","inputs":{"a":${nested}}}}}`,
    );
    expect(status).toBe(422);
    expect(body).toHaveProperty("detail", expect.stringContaining("nested deeper than 64 levels"));
  });

  test("passes the largest integers on that are exact", async () => {
    const inputs = { seed: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER, cfg: 7.5, tiny: 1e-300 };
    const exact = { "1": { class_type: "KSampler", inputs } };
    expect((await submit({ type: "image", workflow: exact })).status).toBe(202);
    expect(world.orders[0]).toMatchObject({ input: { workflow: exact } });
  });

  test("makes one complaint of a workflow with too many nodes", async () => {
    const nodes = Object.fromEntries(Array.from({ length: 80_000 }, (_, id) => [id, 1]));
    const { status, body } = await submit({ type: "image", workflow: nodes });
    expect(status).toBe(422);
    const detail = "A workflow has at most 1000 nodes, not 80000";
    expect(body).toMatchObject({ errors: [{ pointer: "/workflow", detail }] });
  });

  test("takes the largest prompt, and a workflow of nearly a megabyte", async () => {
    expect((await submit({ ...order, prompt: "x".repeat(10_000) })).status).toBe(202);
    const large = { "1": { class_type: "X", inputs: { a: "x".repeat(990_000) } } };
    expect((await submit({ type: "image", workflow: large })).status).toBe(202);
  });

  test("answers the first job again for the same idempotency key", async () => {
    const first = await submit(order, { "Idempotency-Key": "order-1" });
    const second = await submit(order, { "Idempotency-Key": "order-1" });
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
  });

  test("refuses an idempotency key that came with another body", async () => {
    await submit(order, { "Idempotency-Key": "order-1" });
    const { status, body } = await submit({ ...order, prompt: "something else" }, { "Idempotency-Key": "order-1" });
    expect(status).toBe(422);
    expect(body).toHaveProperty("type", "urn:gozcu:problem:idempotency-key-reused");
  });

  test("keeps the idempotency keys of different clients apart", async () => {
    const first = await submit(order, { "Idempotency-Key": "order-1" });
    const second = await submit(order, { "Idempotency-Key": "order-1", "X-API-Key": "another-key" });
    expect(second.body).not.toEqual(first.body);
  });

  test.each(["", "a".repeat(256), "with space", "é"])("refuses the idempotency key %p", async (key) => {
    const { status, body } = await submit(order, { "Idempotency-Key": key });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ header: "Idempotency-Key" }] });
  });
});

describe("GET /api/jobs", () => {
  test("lists newest first, page by page", async () => {
    const ids = Array.from({ length: 5 }, () => addJob(world, "pending").id).reverse();
    const seen: unknown[] = [];
    let path = "/api/jobs?limit=2";
    for (let page = 0; page < 3; page++) {
      const { status, body } = await get(path);
      expect(status).toBe(200);
      const { jobs, nextCursor } = body as { jobs: { id: string }[]; nextCursor: string | null };
      seen.push(...jobs.map(({ id }) => id));
      path = `/api/jobs?limit=2&cursor=${nextCursor}`;
      if (page === 2) expect(nextCursor).toBeNull();
    }
    expect(seen).toEqual(ids);
  });

  test("filters by status", async () => {
    addJob(world, "pending");
    const { id } = addJob(world, "failed");
    expect((await get("/api/jobs?status=failed")).body).toMatchObject({ jobs: [{ id }], nextCursor: null });
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=201", "limit"],
    ["limit=1.5", "limit"],
    ["limit=", "limit"],
    ["limit=1&limit=2", "limit"],
    ["status=gone", "status"],
    ["cursor=1", "cursor"],
    ["staus=failed", "staus"],
  ])("refuses ?%s, naming the parameter", async (query, parameter) => {
    const { status, body } = await get(`/api/jobs?${query}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ parameter }] });
  });
});

describe("GET /api/jobs/:id", () => {
  test("shows a completed job with its times, images, webhook and trace", async () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 12, 0, seconds));
    const { id } = addJob(world, "completed", {
      attempts: 1,
      progress: 1,
      createdAt: at(0),
      startedAt: at(3),
      finishedAt: at(10),
      images: [{ contentType: "image/png", bytes: 3, sha256: "0".repeat(64) }],
      webhook: { url: "https://example.com/hook", status: "delivered", attempts: 2 },
      traceId: "0af7651916cd43dd8448eb211c80319c",
    });
    expect((await get(`/api/jobs/${id}`)).body).toEqual({
      id,
      type: "image",
      status: "completed",
      progress: 1,
      attempts: 1,
      createdAt: "2026-11-23T12:00:00.000Z",
      startedAt: "2026-11-23T12:00:03.000Z",
      finishedAt: "2026-11-23T12:00:10.000Z",
      queueWaitTimeMs: 3_000,
      processingTimeMs: 7_000,
      error: null,
      images: [{ url: `/api/jobs/${id}/images/0`, contentType: "image/png", bytes: 3 }],
      webhook: { url: "https://example.com/hook", status: "delivered", attempts: 2 },
      traceId: "0af7651916cd43dd8448eb211c80319c",
    });
  });

  test("says why a job failed", async () => {
    const { id } = addJob(world, "failed", { error: { code: "timeout", message: "ComfyUI took too long" } });
    expect((await get(`/api/jobs/${id}`)).body).toMatchObject({
      error: { code: "timeout", message: "ComfyUI took too long" },
    });
  });

  test.each([randomUUID(), "7", "%00", "..%2f..%2fetc%2fpasswd", "'; drop table jobs; --"])(
    "knows no job %s",
    async (id) => {
      const { status, body } = await get(`/api/jobs/${id}`);
      expect(status).toBe(404);
      expect(body).toHaveProperty("type", "urn:gozcu:problem:not-found");
    },
  );
});

describe("POST /api/jobs/:id/cancel", () => {
  const cancel = (id: string) => api.send("POST", `/api/jobs/${id}/cancel`, { headers: withKey });

  test.each(["pending", "processing"] as const)("cancels a job that is %s", async (before) => {
    const { id } = addJob(world, before);
    const { status, body } = await cancel(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: "cancelled" });
  });

  test("comes too late for a job that has ended", async () => {
    const { status, body } = await cancel(addJob(world, "completed").id);
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: "urn:gozcu:problem:job-ended", detail: "The job is completed, which is final" });
  });

  test("knows no other job", async () => {
    expect((await cancel(randomUUID())).status).toBe(404);
  });
});

describe("GET /api/jobs/:id/images/:n", () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
  const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;

  test("gives the bytes, to be cached by the client alone and for good", async () => {
    const { id } = addJob(world, "completed");
    world.images.set(id, [{ contentType: "image/png", bytes }]);
    const response = await fetch(`${api.url}/api/jobs/${id}/images/0`, { headers: withKey });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("cache-control")).toBe("private, immutable");
    expect(response.headers.get("etag")).toBe(etag);
    const again = await api.send("GET", `/api/jobs/${id}/images/0`, {
      headers: { ...withKey, "If-None-Match": etag, "Cache-Control": "max-age=0" },
    });
    expect(again.status).toBe(304);
  });

  test.each(["1", "-1", "0.5", "x", "9999999999"])("knows no image %s", async (n) => {
    const { id } = addJob(world, "completed");
    world.images.set(id, [{ contentType: "image/png", bytes }]);
    expect((await get(`/api/jobs/${id}/images/${n}`)).status).toBe(404);
  });
});
