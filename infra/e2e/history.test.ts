import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createPrometheusClient } from "../../app/adapters/prometheus/client.ts";
import { createPrometheusHistory } from "../../app/adapters/prometheus/history.ts";
import { type HistoryRange, historyRanges, historyTiming } from "../../app/catalogue/history.ts";
import { chartNames, chartRows, mapCharts } from "../../app/web/chart-rows.ts";
import { createHistory } from "../../app/web/history.ts";
import { createGrid, listSteps } from "../../app/web/history-grid.ts";
import type { HistorySource } from "../../app/web/history-source.ts";
import { connect } from "../bench/fill.ts";
import { eventually } from "./eventually.ts";
import { createKeep } from "./keep.ts";
import { logIn } from "./page-client.ts";
import { findFreePort, findProgram, makeFolder, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { startServiceProcess } from "./service-process.ts";

const program = findProgram("prometheus");
const promtool = findProgram("promtool");
const execute = promisify(execFile);
const ranges = Object.keys(historyRanges) as readonly HistoryRange[];
const answerBytes = historyTiming.prometheusAnswerBytes;
const password = "a secret / with # and %";

/** What the service itself has recorded, in these tests: the same everywhere. */
const recorded: HistorySource = {
  read: async ({ steps }) => mapCharts(() => Array.from({ length: steps }, () => 0.5)),
};

const openPrometheus = (url: string) => createPrometheusHistory(createPrometheusClient({ url, answerBytes }));

function openHistory(url: string) {
  const told: string[] = [];
  const source = openPrometheus(url);
  const log = (level: string, message: string) => told.push(`${level}: ${message}`);
  return { history: createHistory({ recorded, prometheus: () => source, current: () => ({}), log }), told };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A value for each chart and minute, that is another one in most minutes. */
function readingOf(chart: (typeof chartNames)[number], minute: number): number {
  const wave = (minute * 37) % 101;
  return { dashboardStatus: wave < 90 ? 1 : 0, queueSize: wave, successRate: wave / 101, processingTime: wave / 4 }[
    chart
  ];
}

const minuteMs = 60_000;
/** In the middle of its minute: no window begins or ends there. */
const momentOf = (minute: number) => minute * minuteMs + minuteMs / 2;

/** Writes the last eight days as if Prometheus had scraped them; the last ten minutes are not over. */
async function backfill(dataFolder: string, lastMinute: number): Promise<void> {
  const folder = await makeFolder();
  const minutes = Array.from({ length: 8 * 1_440 }, (_, n) => lastMinute - 8 * 1_440 + n + 1);
  const text = chartNames.map((chart) => {
    const { metric } = chartRows[chart];
    const samples = minutes.map(
      (minute) =>
        `${metric}{job="dashboard",instance="api-1"} ${readingOf(chart, minute)} ${momentOf(minute) / 1_000}\n`,
    );
    return `# TYPE ${metric} gauge\n${samples.join("")}`;
  });
  const file = join(folder.path, "samples");
  await writeFile(file, `${text.join("")}# EOF\n`);
  await execute(promtool ?? "", ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, dataFolder]);
  await folder.close();
}

const describeWithPrometheus = program === undefined || promtool === undefined ? describe.skip : describe;

describeWithPrometheus("a Prometheus that has been there all the time (needs prometheus and promtool)", () => {
  const keep = createKeep();
  const lastMinute = Math.floor(Date.now() / minuteMs) - 10;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const fill = (folder: string) => backfill(folder, lastMinute);
    prometheus = keep(await startPrometheus(program ?? "", {}, {}, undefined, fill));
  }, 120_000);

  /** What a step must say. */
  function expected(chart: (typeof chartNames)[number], from: number, stepSeconds: number): number | undefined {
    const first = from / minuteMs;
    const minutes = Array.from({ length: stepSeconds / 60 }, (_, n) => first + n).filter((one) => one <= lastMinute);
    const values = minutes.map((minute) => readingOf(chart, minute));
    if (values.length === 0) return undefined;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, highest: Math.max(...values), lowest: Math.min(...values) }[chartRows[chart].rule];
  }

  test.each(ranges)("tells each step of %s as it was, and nothing of what it does not know", async (range) => {
    const grid = createGrid(range, new Date());
    const values = await openPrometheus(prometheus.url).read(grid);
    for (const chart of chartNames) {
      const wanted = listSteps(grid).map((at) => expected(chart, at.getTime(), grid.stepSeconds));
      expect(values[chart]).toHaveLength(grid.steps);
      for (const [step, value] of wanted.entries()) {
        if (value === undefined) expect([chart, step, values[chart][step]]).toEqual([chart, step, undefined]);
        else expect(values[chart][step]).toBeCloseTo(value, 9);
      }
    }
  });

  test("is what the charts show, with what it lacks from the service's own record", async () => {
    const { history, told } = openHistory(prometheus.url);
    const read = await history.read("1h");
    expect(read?.source).toBe("prometheus");
    const missing = read?.points.queueSize.filter(({ at }) => at.getTime() / minuteMs > lastMinute) ?? [];
    expect(missing.length).toBeGreaterThan(5);
    expect(missing.map(({ value }) => value)).toEqual(missing.map(() => 0.5));
    expect(read?.points.queueSize[0]?.value).toBe(
      readingOf("queueSize", (read?.points.queueSize[0]?.at.getTime() ?? 0) / minuteMs),
    );
    expect(told).toEqual([]);
  });

  test("is asked with its password, below a path too, and tells nobody of it", async () => {
    const authorization = `Basic ${Buffer.from(`gozcu:${password}`).toString("base64")}`;
    const asked: (string | undefined)[] = [];
    const guard = keep(
      await listen((request, response) => {
        asked.push(request.headers.authorization);
        if (request.headers.authorization !== authorization) return void response.writeHead(401).end();
        const path = request.url?.replace("/prometheus/", "/") ?? "";
        void fetch(`${prometheus.url}${path}`).then(async (answer) =>
          response.writeHead(answer.status).end(await answer.text()),
        );
      }),
    );
    const url = (secret: string) => `http://gozcu:${encodeURIComponent(secret)}@${guard.host}/prometheus/`;
    expect((await openHistory(url(password)).history.read("24h"))?.source).toBe("prometheus");
    expect(new Set(asked)).toEqual(new Set([authorization]));
    const refused = openHistory(url("another one"));
    expect((await refused.history.read("24h"))?.source).toBe("recorded");
    expect(refused.told).toEqual([
      `warn: the charts show what the service has recorded itself: Prometheus at http://${guard.host}/prometheus could not be asked: it answered 401`,
    ]);
  });
});

const exposition = chartNames.map((chart) => `# TYPE ${chartRows[chart].metric} gauge\n${chartRows[chart].metric} 1\n`);

(program === undefined ? describe.skip : describe)("a Prometheus that has just started (needs prometheus)", () => {
  const keep = createKeep();

  test("makes no empty week: what was recorded before stays, and its own steps come from it", async () => {
    const target = keep(await listen((_request, response) => response.end(exposition.join(""))));
    const prometheus = keep(await startPrometheus(program ?? "", { dashboard: `http://${target.host}` }));
    await eventually(async () => {
      const { points, source } = (await openHistory(prometheus.url).history.read("7d")) ?? {};
      expect(source).toBe("prometheus");
      const values = points?.queueSize.map(({ value }) => value) ?? [];
      expect(values.at(-1)).toBe(1);
      // It may have started just before the hour.
      expect(values.slice(0, -2)).toEqual(Array.from({ length: values.length - 2 }, () => 0.5));
    });
  });
});

describe("a Prometheus that is none", () => {
  const keep = createKeep();
  const series = { metric: {}, values: [[1, "1"]] };
  const success = (result: unknown, resultType = "matrix") =>
    JSON.stringify({ status: "success", data: { resultType, result } });
  const bodies: Readonly<Record<string, string>> = {
    "a page": "<!doctype html><title>Welcome</title>",
    nothing: "",
    "other JSON": '{"status":"ok"}',
    "an error": '{"status":"error","errorType":"timeout","error":"query timed out"}',
    "an instant": success([], "vector"),
    "two series": success([series, series]),
    "values that are no pairs": success([{ values: [1, 2] }]),
    "too much": success([{ values: Array.from({ length: 20_000 }, (_, n) => [n, "1"]) }]),
  };

  /** Asks twice, within the pause: what fails is told of once. */
  async function expectFallback(url: string, reason: string): Promise<void> {
    const { history, told } = openHistory(url);
    for (const range of ["1h", "24h"] as const) {
      const read = await history.read(range);
      expect(read?.source).toBe("recorded");
      expect(new Set(read?.points.successRate.map(({ value }) => value))).toEqual(new Set([0.5]));
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(reason);
    expect(told[0]).not.toContain("secret");
  }

  test("because nobody listens", async () => {
    await expectFallback(`http://gozcu:secret@127.0.0.1:${await findFreePort()}`, "ECONNREFUSED");
  });

  test("because it never answers", async () => {
    const { host } = keep(await listen(() => {}));
    await expectFallback(`http://gozcu:secret@${host}`, "aborted due to timeout");
  });

  test("because its answer never ends", async () => {
    const drip: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(timer));
    };
    const { host } = keep(await listen(drip));
    await expectFallback(`http://gozcu:secret@${host}`, "aborted due to timeout");
  });

  test.each(Object.keys(bodies))("because it answers %s", async (what) => {
    const { host } = keep(await listen((_request, response) => response.end(bodies[what])));
    await expectFallback(`http://gozcu:secret@${host}`, "could not be asked");
  });

  test("because it sends to somebody else, who hears no password", async () => {
    let heard = 0;
    const other = keep(
      await listen((_request, response) => {
        heard += 1;
        response.end(success([series]));
      }),
    );
    const { host } = keep(
      await listen((_request, response) => response.writeHead(302, { location: `http://${other.host}/` }).end()),
    );
    await expectFallback(`http://gozcu:secret@${host}`, "could not be asked");
    expect(heard).toBe(0);
  });

  test("told in numbers that are none: those steps are not known", async () => {
    const at = (n: number) => (createGrid("1h", new Date()).from.getTime() + (n + 1) * minuteMs) / 1_000;
    const values = ["NaN", "+Inf", "-Inf", "no number", "7"].map((text, n) => [at(n + 1), text]);
    const { host } = keep(await listen((_request, response) => response.end(success([{ metric: {}, values }]))));
    const grid = createGrid("1h", new Date());
    const read = await openPrometheus(`http://${host}`).read(grid);
    expect(read.queueSize.filter((value) => value !== undefined)).toEqual([7]);
  });
});

describe("the status page", () => {
  const keep = createKeep(60_000);
  const fromPrometheus = "From Prometheus.";
  const fromItself = "From what the service has recorded itself";

  async function readPage(url: string, cookie: string): Promise<string> {
    const answer = await fetch(`${url}/?range=1h`, { headers: { cookie } });
    expect(answer.status).toBe(200);
    return answer.text();
  }

  /** How many steps of the queue's chart are known. */
  const countKnown = (page: string) => [...page.matchAll(/data-value="\d[\d,]* jobs?"/g)].length;

  test("shows what the service knows now within its first minute, and a sample of it is recorded", async () => {
    const postgres = keep(await startPostgres());
    const service = keep(await startServiceProcess({ DATABASE_URL: postgres.url }));
    const cookie = await logIn(service.url);
    const client = await connect(postgres.url);
    await eventually(async () => {
      const { rows } = await client.query("select pending::int from samples order by minute limit 1");
      expect(rows).toEqual([{ pending: 0 }]);
    }).finally(() => client.end());
    await eventually(async () => {
      const page = await readPage(service.url, cookie);
      expect(page).toContain(fromItself);
      expect(countKnown(page)).toBeGreaterThan(0);
    });
  }, 120_000);

  test("is not held up by a Prometheus that hangs", async () => {
    const { host } = keep(await listen(() => {}));
    const service = keep(await startServiceProcess({ PROMETHEUS_URL: `http://gozcu:hidden-word@${host}` }));
    const cookie = await logIn(service.url);
    await eventually(async () => {
      const page = await readPage(service.url, cookie);
      expect(page).toContain(fromItself);
      expect(countKnown(page)).toBeGreaterThan(0);
    });
    expect(service.output()).toContain("the charts show what the service has recorded itself");
    expect(service.output()).not.toContain("hidden-word");
  }, 120_000);

  (program === undefined ? test.skip : test)(
    "shows what the Prometheus beside it has scraped, as soon as that has anything (needs prometheus)",
    async () => {
      const service = keep(
        await startServiceProcess({ START_MONITORING: "true", PROMETHEUS_PORT: "0", ALERTMANAGER_PORT: "0" }),
      );
      const cookie = await logIn(service.url);
      await eventually(async () => expect(await readPage(service.url, cookie)).toContain(fromPrometheus), 90_000);
    },
    120_000,
  );
});
