import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { scenarioNames } from "../k6/scenarios.ts";
import { compareRuns, startK6Run } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { startLatencyProxy } from "./latency-proxy.ts";
import { findFreePort, findProgram, makeFolder } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

const limitMs = 180_000;

/** The file that the run names as its numbers. */
const summaryOf = (output: string) => /^numbers: (.*)$/m.exec(output)?.[1] ?? "";

const suite = findProgram("k6") === undefined ? describe.skip : describe;
suite("npm run k6 on a running service", () => {
  const keep = createKeep();
  let service: ServiceProcess;

  beforeAll(async () => {
    service = keep(await startServiceProcess());
  }, limitMs);

  const run = async (args: readonly string[], url = service.url) =>
    keep(await startK6Run({ ...service, url }, args)).ended;

  describe("smoke, as the service is and with a slowed one", () => {
    let healthy: Awaited<ReturnType<typeof run>>;
    let slow: Awaited<ReturnType<typeof run>>;

    beforeAll(async () => {
      healthy = await run(["smoke", "--duration", "10s"]);
      const proxy = keep(await startLatencyProxy({ port: Number(new URL(service.url).port) }));
      proxy.slowDown(30);
      slow = await run(["smoke", "--duration", "10s"], `http://127.0.0.1:${proxy.port}`);
    }, limitMs);

    test("passes on the service, and says that all was offered", () => {
      expect(healthy.output).not.toMatch(/: (BROKEN|NOT MEASURED)$/m);
      expect(healthy.output).toMatch(/^GET \/api\/ping p95 +[\d.]+ ms, documented < 10 ms: kept$/m);
      expect(healthy.output).toMatch(/^dropped iterations, whole run: none/m);
      expect(healthy.code).toBe(0);
    });

    test("ends with 1 when slowed, and names the documented number", () => {
      expect(slow.output).toMatch(/^GET \/api\/ping p95 +[\d.]+ ms, documented < 10 ms: BROKEN$/m);
      expect(slow.code).toBe(1);
    });

    test("the comparison of both says which number broke", async () => {
      const { code, output } = await compareRuns([summaryOf(healthy.output), summaryOf(slow.output)]);
      expect(output).toMatch(/^GET \/api\/ping p95 .* now broken$/m);
      expect(code).toBe(1);
    });
  });

  test(
    "a short load runs the whole mix, tells what was dropped, and writes its reports without the key",
    async () => {
      const { code, output } = await run(["load", "--duration", "5s", "--rate", "ping=100"]);
      // Whether the numbers hold is the machine's business.
      expect([0, 1]).toContain(code);
      expect(output).toMatch(/^dropped iterations, whole run: /m);
      expect(output).toMatch(/^jobs completed +\d+ %/m);
      expect(output).not.toContain("NOT MEASURED");
      const folder = join(summaryOf(output), "..");
      const files = ["run.json", "summary.json", "report.html"];
      const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
      expect(texts.join()).not.toContain("test-key");
      expect(JSON.parse(texts[0] ?? "")).toMatchObject({ scenario: "load", url: service.url });
    },
    limitMs,
  );

  test("where no service answers it ends with 2 and says so", async () => {
    const { code, output } = await run(["smoke"], `http://127.0.0.1:${await findFreePort()}`);
    expect(code).toBe(2);
    expect(output).toContain("no service answers at");
  });

  test("a scenario that does not exist ends with 2 and lists those that do", async () => {
    const { code, output } = await run(["smok"]);
    expect(code).toBe(2);
    expect(output).toContain(`choose one of ${scenarioNames.join(", ")}`);
  });

  test("a wrong key ends with 2 before any load, and is not repeated", async () => {
    const folder = keep(await makeFolder());
    const file = join(folder.path, "key");
    await writeFile(file, "not-the-key-of-this-service\n", { mode: 0o600 });
    const { code, output } = await run(["smoke", "--api-key-file", file]);
    expect(code).toBe(2);
    expect(output).toContain("does not know the API key");
    expect(output).not.toContain("not-the-key");
  });

  test(
    "a service that enforces the request frequency is refused before any load",
    async () => {
      const strict = keep(await startServiceProcess({ RATE_LIMIT: "enforce" }));
      const { code, output } = await run(["smoke"], strict.url);
      expect(code).toBe(2);
      expect(output).toContain("RATE_LIMIT=advise");
    },
    limitMs,
  );
});
