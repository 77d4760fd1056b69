import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startCollector } from "./collector.ts";
import { sendPings, readResidentMiB } from "./otlp-load.ts";
import { findFreePort, type Server, startPostgres } from "./programs.ts";
import { startServiceProcess } from "./service-process.ts";
let database: Server;
beforeAll(async () => { database = await startPostgres(); });
afterAll(() => database.close());
for (const kind of ["none", "down", "hang", "ok"]) test(kind, async () => {
  const collector = await startCollector(kind === "hang" ? "hang" : "ok");
  const service = await startServiceProcess({ DATABASE_URL: database.url, ...(kind!=="none" && {OTEL_EXPORTER_OTLP_ENDPOINT: kind === "down" ? `http://127.0.0.1:${await findFreePort()}` : collector.url}), OTEL_TRACES_SAMPLER: "always_on" });
  const m = [await readResidentMiB(service.pid())];
  let t = performance.now();
  const times = [];
  for (const n of [10_000, 25_000, 25_000, 25_000, 25_000]) {
    t = performance.now();
    expect(await sendPings(service.url, n)).toEqual({ 200: n });
    times.push(Math.round(performance.now() - t));
    m.push(await readResidentMiB(service.pid()));
  }
  process.stdout.write(`${kind} ${m.map((x) => x.toFixed(0)).join(" ")} ${times.join(" ")} ${collector.requests()} ${collector.spans().length}\n`);
  process.stdout.write(service.output().split("\n").filter((l) => l.includes("traces")).join("\n") + "\n");
  await service.close();
  await collector.close();
}, 120_000);
