import { beforeAll, describe, expect, test } from "@jest/globals";
import { endpoints } from "../../app/catalogue/endpoints.ts";
import { eventually } from "./eventually.ts";
import { startK6Run } from "./k6-run.ts";
import { createKeep } from "./keep.ts";
import { filledQueries } from "./panel-queries.ts";
import { findProgram, startPostgres } from "./programs.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { startServiceProcess } from "./service-process.ts";

const programs = { prometheus: findProgram("prometheus"), k6: findProgram("k6") };
const queries = filledQueries.filter(({ dashboard }) => dashboard === "load");
const limitMs = 120_000;

const suite = Object.values(programs).includes(undefined) ? describe.skip : describe;
suite("what the dashboard of load tests asks a real Prometheus", () => {
  const keep = createKeep();
  let prometheus: Prometheus;

  beforeAll(async () => {
    const database = keep(await startPostgres());
    const service = keep(await startServiceProcess({ DATABASE_URL: database.url }));
    const targets = { dashboard: `${service.url}/metrics`, "gozcu-otel": service.metricsUrl };
    prometheus = keep(await startPrometheus(programs.prometheus ?? "", targets));
    const run = keep(
      await startK6Run(service, ["smoke", "--duration", "15s", "--prometheus", `${prometheus.url}/api/v1/write`]),
    );
    const { code, output } = await run.ended;
    // Whether the numbers hold is the machine's business; that there are some is not.
    expect({ ran: code === 0 || code === 1, output }).toMatchObject({ ran: true });
  }, limitMs);

  test.each(queries)("$panel has data: $query", async ({ query }) => {
    await eventually(async () => {
      const values = (await prometheus.query(query)).map(({ value }) => value);
      expect(values.filter(Number.isFinite)).not.toEqual([]);
    });
  });

  test("the run can be chosen by its name", async () => {
    expect((await prometheus.series("k6_vus")).map(({ testid }) => testid)).toEqual([expect.stringMatching(/-smoke$/)]);
  });

  test("k6's times are those of the catalogue's endpoints, in seconds as the service's own", async () => {
    const times = await prometheus.query('max by (endpoint) (k6_http_req_duration_p95{phase="steady"})');
    expect(times.map(({ labels }) => labels.endpoint)).toEqual(expect.arrayContaining(["ping", "health", "jobSubmit"]));
    for (const { labels } of times) expect(Object.keys(endpoints)).toContain(labels.endpoint);
    // The run lasts a quarter of a minute: in milliseconds nothing would be below it.
    const [total] = await prometheus.query("max(k6_iteration_duration_p95)");
    expect(total?.value).toBeLessThan(60);
  });
});
