import { describe, expect, test } from "@jest/globals";
import { readRegistryHost } from "../image-reference.ts";
import { createTestFacts, tell } from "../test-site.ts";
import type { World } from "../world.ts";
import { imagesCheck } from "./images.ts";

test.each([
  ["postgres:18.6", "registry-1.docker.io"],
  ["docker.io/grafana/grafana:1", "registry-1.docker.io"],
  ["prom/prometheus:v3", "registry-1.docker.io"],
  ["ghcr.io/one/two:3", "ghcr.io"],
  ["localhost/app:1", "localhost"],
  ["mirror:5000/redis:8", "mirror:5000"],
])("%s is pulled from %s", (reference, host) => {
  expect(readRegistryHost(reference)).toBe(host);
});

describe("the check of images", () => {
  const text = "images:\n  redis: mirror.example/redis:8.0\n";
  /** A Docker host that has all but these. */
  const without = (...missing: readonly string[]) => ({
    docker: {
      ask: (...args: readonly string[]) =>
        missing.includes(args.at(-1) ?? "") ? Promise.reject(new Error("No such image")) : Promise.resolve("sha256:1"),
    },
  });
  const offline: World["ask"] = () => Promise.reject(new Error("getaddrinfo ENOTFOUND"));

  test("asks nobody when all are there", async () => {
    const facts = createTestFacts({ text, world: { ...without(), ask: offline } });
    expect(await tell(imagesCheck, facts)).toMatchObject({ state: "fine", found: "all 8 are there" });
  });

  test("asks each registry once for those that are missing", async () => {
    const asked: string[] = [];
    const ask: World["ask"] = (url) => {
      asked.push(url);
      return Promise.resolve({ status: 401, text: "" });
    };
    const facts = createTestFacts({
      text,
      world: { ...without("mirror.example/redis:8.0", "busybox:1.38.0", "prom/prometheus:v3.16.0"), ask },
    });
    expect(await tell(imagesCheck, facts)).toMatchObject({ state: "fine", found: "3 of 8 will be pulled" });
    expect(asked.toSorted()).toEqual(["https://mirror.example/v2/", "https://registry-1.docker.io/v2/"]);
  });

  test("names what cannot be had without internet", async () => {
    const facts = createTestFacts({ text, world: { ...without("mirror.example/redis:8.0"), ask: offline } });
    expect(await tell(imagesCheck, facts)).toEqual({
      state: "wrong",
      found: "mirror.example cannot be reached (getaddrinfo ENOTFOUND); missing: mirror.example/redis:8.0",
      mend: expect.stringContaining("docker load"),
    });
  });

  test("only warns where the daemon may reach more than this machine", async () => {
    const facts = createTestFacts({
      text,
      daemon: { isLocal: false },
      world: { ...without("mirror.example/redis:8.0"), ask: offline },
    });
    expect(await tell(imagesCheck, facts)).toMatchObject({ state: "warning" });
  });
});
