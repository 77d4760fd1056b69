import { describe, expect, test } from "@jest/globals";
import { loads } from "../app/catalogue/load.ts";
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
      renderScenarios({ ...loads.smoke, warmUpSeconds: 5, seconds: 7, rates: { ping: 2, health: 0.05 } }),
    ).toMatchObject({
      ping: {
        executor: "ramping-arrival-rate",
        exec: "ping",
        timeUnit: "1m",
        startTime: "0ms",
        stages: [
          { target: 120, duration: "5s" },
          { target: 120, duration: "7s" },
        ],
      },
      health: {
        startTime: "37ms",
        stages: [
          { target: 3, duration: "5s" },
          { target: 3, duration: "7s" },
        ],
        env: { WARM_UP_SECONDS: "5" },
      },
    });
  });
});
