import { describe, expect, test } from "@jest/globals";
import { countAtOnce, flows, loads } from "../app/catalogue/load.ts";
import { listFlows, readLoad, renderScenarios } from "./plan.ts";

describe("a load", () => {
  test("is the catalogue's unless told otherwise", () => {
    expect(readLoad(loads.smoke, {})).toEqual(loads.smoke);
  });

  test("lasts as long and flows as fast as a run says; 0 leaves a flow out", () => {
    const load = readLoad(loads.load, { seconds: 5, rates: { ping: 10, session: 0 } });
    expect(load).toMatchObject({ seconds: 5, rates: { ping: 10, health: loads.load.rates.health } });
    expect(listFlows(load)).not.toContain("session");
  });

  test("rises, then holds, at rates that k6 takes as whole numbers, each flow a little later than the one before", () => {
    expect(
      renderScenarios({ ...loads.smoke, warmUpSeconds: 5, seconds: 7, rates: { health: 2, jobList: 0.05 } }),
    ).toMatchObject({
      health: {
        executor: "ramping-arrival-rate",
        exec: "health",
        timeUnit: "1m",
        startTime: "212ms",
        stages: [
          { target: 120, duration: "5s" },
          { target: 120, duration: "7s" },
        ],
      },
      jobList: {
        startTime: "1060ms",
        stages: [
          { target: 3, duration: "5s" },
          { target: 3, duration: "7s" },
        ],
        env: { WARM_UP_SECONDS: "5", AT_ONCE: "1" },
      },
    });
  });

  test("of clients that share an iteration starts so many iterations fewer, with users for as long as one lasts", () => {
    const { ping } = renderScenarios({ ...loads.load, seconds: 7, rates: { ping: 2_000 } });
    expect(2_000 / countAtOnce("ping", 2_000)).toBeLessThan(2_000);
    expect(ping).toMatchObject({
      stages: [expect.anything(), { target: (60 * 2_000) / countAtOnce("ping", 2_000), duration: "7s" }],
      preAllocatedVUs: (2_000 / countAtOnce("ping", 2_000)) * flows.ping.seconds,
    });
  });
});
