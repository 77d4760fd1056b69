import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createWorld, startTestApi } from "./fake-desks.ts";
import { createRunbookReader } from "./runbook.ts";

const world = createWorld();
let parent: string;
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "gozcu-runbooks-"));
  const folder = join(parent, "runbooks");
  await mkdir(join(folder, "Folder.md"), { recursive: true });
  await writeFile(join(folder, "ComfyuiDown.md"), "# ComfyuiDown\n\nWhat it means: görüntü yok.\n");
  await writeFile(join(folder, "Not-Letters.md"), "not served");
  await writeFile(join(parent, "Secret.md"), "not served");
  api = await startTestApi(world, { readRunbook: createRunbookReader({ folder }) });
});
afterAll(async () => {
  await api.close();
  await rm(parent, { recursive: true });
});

test.each(["ComfyuiDown", "ComfyuiDown.md"])("the runbook %s is served as text that a browser shows", async (name) => {
  const { status, headers, body } = await api.send("GET", `/runbooks/${name}`);
  expect([status, body]).toEqual([200, "# ComfyuiDown\n\nWhat it means: görüntü yok.\n"]);
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

test("a page that cannot be read is a fault of ours, and the log names the file", async () => {
  const { status } = await api.send("GET", "/runbooks/Folder");
  expect(status).toBe(500);
  expect(world.logged).toEqual([
    { message: "request failed", fields: expect.objectContaining({ err: expect.objectContaining({ name: "Error" }) }) },
  ]);
  expect(String(world.logged[0]?.fields.err)).toContain("Folder.md");
});
