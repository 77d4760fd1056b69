import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { requireTelemetry, startVariant } from "../bench/http/running-variant.ts";
import { type Variant, variants } from "../bench/http/variants.ts";
import { sendPings } from "./otlp-load.ts";
import { findProgram, makeFolder } from "./programs.ts";
import { readSvgElements } from "./svg-elements.ts";

const bench = fileURLToPath(new URL("../bench.ts", import.meta.url));
const labels = Object.values(variants).map(({ label }) => label);
const withWrk = findProgram("wrk") === undefined ? describe.skip : describe;

/** Eight turns of some seconds, on a machine that may be slow. */
const deadlineMs = 240_000;

withWrk("npm run bench -- http --quick, by wrk", () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let printed: string;
  let chart: string;

  beforeAll(async () => {
    folder = await makeFolder();
    const { stdout } = await promisify(execFile)(process.execPath, [bench, "http", "--quick", "--out", folder.path], {
      timeout: deadlineMs,
    });
    printed = stdout;
    chart = await readFile(join(folder.path, "http.svg"), "utf8");
  }, deadlineMs);
  afterAll(() => folder.close());

  test("prints the page that it writes, with a row for every variant", async () => {
    expect(await readFile(join(folder.path, "bench.md"), "utf8")).toBe(printed);
    const [, speed = ""] = /^### Speed\n\n([\s\S]*?)\n\n/m.exec(printed) ?? [];
    const rows = speed
      .split("\n")
      .slice(2)
      .map((row) => row.split("|").map((cell) => cell.trim()));
    expect(rows.map(([, label]) => label)).toEqual(labels);
    for (const [, , rate = ""] of rows) expect(Number(rate.replaceAll(",", ""))).toBeGreaterThan(0);
  });

  test("tells date, machine, versions and how it was measured", () => {
    for (const told of [
      "Date: 20",
      "Machine: ",
      "Node 24",
      "express 5",
      "prom-client 15",
      "wrk ",
      "Rounds: 1",
      "inned: ",
    ])
      expect(printed).toContain(told);
  });

  test("draws a bar for every variant, with the aims", () => {
    const elements = readSvgElements(chart);
    const ofClass = (name: string) => elements.filter(({ attributes }) => attributes.class === name);
    expect(ofClass("bar")).toHaveLength(labels.length);
    expect(ofClass("aim")).toHaveLength(3);
    for (const label of labels) expect(elements.map(({ text }) => text)).toContain(label);
  });
});

withWrk("a bench that is stopped", () => {
  test(
    "leaves no process behind",
    async () => {
      // A process group of its own, in which everything that it starts can be found.
      const child = spawn(process.execPath, [bench, "http", "--quick"], {
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const group = -(child.pid ?? Number.NaN);
      const ended = once(child, "exit");
      const progress = "http: round 1 of 1, warm-ups ";
      let told = "";
      try {
        // A message may come in pieces, or with another.
        for await (const chunk of child.stderr) {
          const before = told.includes(progress);
          told += String(chunk);
          if (!before && told.includes(progress)) child.kill("SIGTERM");
        }
        expect(told).toContain(progress);
        expect(told).toContain("stopped by SIGTERM");
        expect(await ended).toEqual([2, null]);
        expect(() => process.kill(group, 0)).toThrow("ESRCH");
      } finally {
        try {
          process.kill(group, "SIGKILL");
        } catch {
          // There is none left, as it should be.
        }
      }
    },
    deadlineMs,
  );
});

describe("the variants of the bench", () => {
  const { signal } = new AbortController();
  const requests = 200;

  test.each(Object.entries(variants))(
    "%s answers, and leaves the telemetry that it is measured for",
    async (_, row) => {
      const variant: Variant = row;
      const running = await startVariant(variant, { signal });
      try {
        expect(await sendPings(new URL(running.url).origin, requests)).toEqual({ "200": requests });
        const { serverSpans, routedSpans } = await requireTelemetry(variant, running);
        const { sampled = 0 } = variant;
        if (sampled === 0 || sampled === 1) expect(serverSpans).toBe(requests * sampled);
        expect(serverSpans).toBeLessThanOrEqual(requests);
        expect(routedSpans).toBeGreaterThanOrEqual(serverSpans);
      } finally {
        await running.close();
      }
    },
  );

  test("are not measured when they leave no route", async () => {
    const running = await startVariant(variants.express, { signal });
    try {
      await expect(requireTelemetry({ ...variants.express, metrics: true }, running)).rejects.toThrow("no metric has");
      await expect(requireTelemetry({ ...variants.express, sampled: 1 }, running)).rejects.toThrow("must be some");
    } finally {
      await running.close();
    }
  });
});

describe("the command", () => {
  test.each([
    { args: ["htpp"], told: 'there is no part "htpp": must be http, jobs, scrape' },
    { args: ["--rounds", "0"], told: '--rounds is "0": must be a whole number, 1 or more' },
    { args: ["jobs", "--out", "/dev/null/page"], told: "ENOTDIR" },
  ])("refuses $args, and says what is allowed", async ({ args, told }) => {
    const refused = promisify(execFile)(process.execPath, [bench, ...args]);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  });
});
