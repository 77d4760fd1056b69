import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { scenarioNames } from "../k6/scenarios.ts";
import { eventually } from "./eventually.ts";
import { compareRuns, startK6Run, summaryOf } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { startLatencyProxy } from "./latency-proxy.ts";
import { findFreePort, findProgram, makeFolder } from "./programs.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

const limitMs = 180_000;

const suite = findProgram("k6") === undefined ? describe.skip : describe;
suite("npm run k6 on a running service", () => {
  const keep = createKeep();
  let service: ServiceProcess;

  beforeAll(async () => {
    service = keep(await startServiceProcess());
  }, limitMs);

  const run = async (args: readonly string[], url = service.url, environment = {}) =>
    keep(await startK6Run({ ...service, url }, args, environment)).ended;

  describe("smoke, as the service is and with a slowed one", () => {
    let healthy: Awaited<ReturnType<typeof run>>;
    let slow: Awaited<ReturnType<typeof run>>;

    /** A machine that was busy with something else breaks one run; a service that is too slow breaks both. */
    async function runSmokeTwiceAtMost() {
      const first = await run(["smoke", "--duration", "10s"]);
      return first.code === 0 ? first : run(["smoke", "--duration", "10s"]);
    }

    beforeAll(async () => {
      healthy = await runSmokeTwiceAtMost();
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
    "a short load runs the whole mix, tells what was dropped, and writes its reports without the key, also for machines",
    async () => {
      const { code, output, standardOutput } = await run(["load", "--duration", "5s", "--rate", "ping=100", "--json"]);
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
      expect(JSON.parse(standardOutput)).toEqual(JSON.parse(texts[0] ?? ""));
    },
    limitMs,
  );

  test(
    "a run that is stopped says what it has seen, and that it is not whole",
    async () => {
      const stopped = keep(await startK6Run(service, ["load", "--duration", "1h", "--rate", "ping=20"]));
      await eventually(() => expect(stopped.output()).toMatch(/^ {2}1\d s: /m), limitMs);
      stopped.stop();
      const { code, output } = await stopped.ended;
      expect(output).toMatch(/^GET \/api\/ping p95 /m);
      expect(output).toContain("BROKEN: stopped before its end");
      expect(code).toBe(1);
    },
    limitMs,
  );

  test(
    "thresholds that the environment switches off are judged all the same",
    async () => {
      const { output } = await run(["smoke", "--duration", "2s"], service.url, { K6_NO_THRESHOLDS: "true" });
      expect(output).toMatch(/^GET \/api\/ping p95 .*: (kept|BROKEN)$/m);
    },
    limitMs,
  );

  test("a folder that cannot be made ends with 2, and names the option", async () => {
    const { code, output } = await run(["smoke", "--out", "/dev/null/runs"]);
    expect(code).toBe(2);
    expect(output).toContain("--out /dev/null/runs");
  });

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
