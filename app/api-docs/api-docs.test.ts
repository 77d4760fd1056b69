import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createWorld, startTestApi } from "../api/fake-desks.ts";
import { apiDocsPath, createApiDocs } from "./api-docs.ts";

describe("the API reference", () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  let page: string;
  let policy: string;
  /** Everything that the page loads. */
  let files: readonly string[];
  beforeAll(async () => {
    api = await startTestApi(createWorld(), { rooms: [createApiDocs()] });
    const { body, headers } = await api.send("GET", apiDocsPath);
    page = String(body);
    policy = headers.get("content-security-policy") ?? "";
    files = [...page.matchAll(/(?:src|href)="(\/api\/docs\/[^"]+)"/g)].map(([, path = ""]) => path);
  });
  afterAll(() => api.close());

  test("is a page that lets nothing in from outside, and nothing that stands in the page", async () => {
    const { status, headers } = await api.send("GET", apiDocsPath);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page).not.toMatch(/<script(?! defer src="\/)|<style|style=|https?:\/\//);
  });

  test("is the only one with that policy", async () => {
    const { headers } = await api.send("GET", "/api/ping");
    expect(headers.get("content-security-policy")).toBe("default-src 'none';frame-ancestors 'none'");
  });

  test("loads files that there are, and that may be kept for ever as their names change with them", async () => {
    expect(files).toHaveLength(5);
    for (const file of files) {
      const { status, headers, body } = await api.send("GET", file);
      expect([file, status, headers.get("cache-control")]).toEqual([file, 200, "public, max-age=31536000, immutable"]);
      expect(headers.get("content-type")).toMatch(
        { js: /^text\/javascript/, css: /^text\/css/, png: /^image\/png/ }[file.split(".").at(-1) ?? ""] ?? /^$/,
      );
      expect(String(body).length).toBeGreaterThan(100);
      expect(file).toMatch(/\.[0-9a-f]{16}\.\w+$/);
    }
  });

  test.each(["swagger-ui.css", "index.html", "..%2fpackage.json", "swagger-ui-bundle.0000000000000000.js"])(
    "has no file %s",
    async (name) => {
      const { status, body } = await api.send("GET", `${apiDocsPath}/${name}`);
      expect(status).toBe(404);
      expect(body).toHaveProperty("type", "urn:gozcu:problem:not-found");
    },
  );

  test("takes no other method", async () => {
    for (const path of [apiDocsPath, ...files]) {
      const { status, headers } = await api.send("POST", path);
      expect([path, status, headers.get("allow")]).toEqual([path, 405, "GET, HEAD"]);
    }
  });
});
