import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startSoakWatch } from "./soak.ts";

const mebibyte = 1_048_576;

/** A scrape of a process that collects each time, and has `descriptors` open. */
const renderScrape = (collections: number, descriptors: number) =>
  [
    "# TYPE process_memory_usage gauge",
    `process_memory_usage ${200 * mebibyte}`,
    `process_unix_file_descriptors ${descriptors}`,
    `v8js_memory_heap_used{v8js_heap_space_name="new_space"} ${10 * mebibyte}`,
    `v8js_memory_heap_used{v8js_heap_space_name="old_space"} ${40 * mebibyte}`,
    `v8js_memory_heap_space_physical_size{v8js_heap_space_name="old_space"} ${80 * mebibyte}`,
    'v8js_gc_duration_count{v8js_gc_type="minor"} 900',
    `v8js_gc_duration_count{v8js_gc_type="major"} ${collections}`,
    'v8js_resource_active{v8js_resource_type="Timeout"} 30',
    'v8js_resource_active{v8js_resource_type="TCPSocketWrap"} 12',
  ].join("\n");

const asked = 40;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gozcu-soak-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Watches a server until it was asked often enough; `answer` is what it says the nth time. */
async function watch(answer: (n: number) => string | undefined) {
  let n = 0;
  const enough = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    const text = answer(n);
    n += 1;
    response.statusCode = text === undefined ? 500 : 200;
    response.end(text);
    if (n === asked) enough.resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  try {
    const soak = await startSoakWatch({ urls: [url], folder, sampleMs: 5 });
    await enough.promise;
    return { url, ...(await soak.close()) };
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

describe("a soak", () => {
  test("tells memory and handles of a process, and draws them", async () => {
    const { url, lines, failed } = await watch((n) => renderScrape(n, 50));
    expect(failed).toEqual([]);
    expect(lines).toEqual([
      `${url}, in the part after the warm-up:`,
      "  resident memory: 200.0 MiB → 200.0 MiB, at most 200.0 MiB",
      "  heap after full collections: 50.0 MiB → 50.0 MiB, at most 50.0 MiB, +0.0 MiB an hour: flat",
      "  memory beside the heap: 120.0 MiB → 120.0 MiB, at most 120.0 MiB, +0.0 MiB an hour: flat",
      "  open file descriptors: 50 → 50, at most 50, +0 an hour: flat",
      "  sockets, timers and the like: 42 → 42, at most 42, +0 an hour: flat",
      `chart: ${join(folder, "soak.svg")}`,
    ]);
    const chart = await readFile(join(folder, "soak.svg"), "utf8");
    expect(chart.match(/<polyline/g)).toHaveLength(5);
    expect(chart).not.toMatch(/NaN|undefined/);
  });

  test("fails for a process that opens more and more, and names it", async () => {
    const { url, failed } = await watch((n) => renderScrape(n, 50 + 5 * n));
    expect(failed).toEqual([
      expect.stringMatching(new RegExp(`^${url} grows: open file descriptors by [\\d.]+ an hour$`)),
    ]);
  });

  test("says what is missing where V8 hardly ever collected", async () => {
    const { lines, failed } = await watch(() => renderScrape(1, 50));
    expect(failed).toEqual([]);
    expect(lines).toContainEqual("  heap after full collections: unclear, nothing was seen of it");
    expect(lines.join("\n")).toContain("0 full garbage collections are too few for a verdict: run longer");
  });

  test("goes on when a process does not answer for once, and says so", async () => {
    const { url, lines, failed } = await watch((n) => (n === 3 ? undefined : renderScrape(n, 50)));
    expect(failed).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^${url}: 1 of \\d+ samples missing: it answered 500$`)),
    );
  });

  test("does not begin with what tells nothing of memory, and says what is wanted", async () => {
    await expect(watch(() => "up 1")).rejects.toThrow(
      /does not tell of memory and handles: the scrape has no process_memory_usage.*OpenTelemetry port/,
    );
  });
});
