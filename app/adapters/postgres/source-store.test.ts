import { describe, expect, test } from "@jest/globals";
import { useDatabases } from "../../../infra/e2e/databases.ts";
import { limits } from "../../catalogue/limits.ts";
import { createTelemetryDesk } from "./source-store.ts";

const databases = useDatabases();

async function openDesk() {
  const opened = await databases.create();
  return { ...opened, desk: createTelemetryDesk(opened.database) };
}

const metricsOf = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${from + n}`, n]));

describe("a source's report", () => {
  test("adds to what it reported before: new names are added, known ones replaced", async () => {
    const { desk } = await openDesk();
    await desk.report("partner", { users: 1, jobs: 2 });
    const [before] = await desk.sources();
    await desk.report("partner", { users: 1.5, visits: -3 });
    const [after, ...others] = await desk.sources();
    expect(after).toMatchObject({ source: "partner", metrics: { users: 1.5, jobs: 2, visits: -3 } });
    expect(others).toEqual([]);
    expect(after?.reportedAt.getTime()).toBeGreaterThanOrEqual(before?.reportedAt.getTime() ?? Number.NaN);
  });

  test("without metrics tells that the source lives", async () => {
    const { desk } = await openDesk();
    expect(await desk.report("partner", {})).toEqual({});
    expect(await desk.sources()).toMatchObject([{ source: "partner", metrics: {} }]);
  });

  test("may bring its names up to the limit; one more is refused as a whole", async () => {
    const { desk } = await openDesk();
    expect(await desk.report("partner", metricsOf(limits.metricsPerSource))).toEqual({});
    expect(await desk.report("partner", { ...metricsOf(1), oneMore: 1 })).toEqual({ limit: "metricsPerSource" });
    const [source] = await desk.sources();
    expect(source?.metrics).toEqual(metricsOf(limits.metricsPerSource));
    expect(await desk.report("partner", { m0: 7 })).toEqual({});
  });

  test("may be the hundredth source; one more is refused, and those that are known go on", async () => {
    const { desk } = await openDesk();
    for (let n = 0; n < limits.sources; n += 1) expect(await desk.report(`s${n}`, { n })).toEqual({});
    expect(await desk.report("one-more", { n: 1 })).toEqual({ limit: "sources" });
    expect(await desk.report("s0", { n: 7 })).toEqual({});
    const sources = await desk.sources();
    expect(sources).toHaveLength(limits.sources);
    expect(sources.map(({ source }) => source)).toEqual(sources.map(({ source }) => source).toSorted());
  });

  test("cannot pass the limits together with others at the same time", async () => {
    const { desk } = await openDesk();
    const asked = Array.from({ length: limits.sources + 10 }, (_, n) => desk.report(`s${n}`, { n }));
    const refused = (await Promise.all(asked)).filter(({ limit }) => limit === "sources");
    expect(refused).toHaveLength(10);
    expect(await desk.sources()).toHaveLength(limits.sources);

    const half = limits.metricsPerSource / 2 + 1;
    const halves = [desk.report("s0", metricsOf(half)), desk.report("s0", metricsOf(half, half))];
    const refusals = (await Promise.all(halves)).map(({ limit }) => limit);
    expect(refusals.filter((limit) => limit === "metricsPerSource")).toHaveLength(1);
  });
});
