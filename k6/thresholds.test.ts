import { describe, expect, test } from "@jest/globals";
import { type EndpointName, endpointNames, endpoints } from "../app/catalogue/endpoints.ts";
import { flowNames, flows, loads } from "../app/catalogue/load.ts";
import { readLoad } from "./plan.ts";
import { renderThresholds } from "./thresholds.ts";

const nameOf = (endpoint: EndpointName) => `http_req_duration{endpoint:${endpoint},phase:steady}`;

describe("thresholds of a load", () => {
  test("a load of all flows demands the documented response time of every endpoint but Alertmanager's", () => {
    const thresholds = renderThresholds(loads.load);
    const asked = endpointNames.filter((name) => name !== "alertReport");
    expect(flowNames.every((flow) => flow in loads.load.rates)).toBe(true);
    expect(Object.fromEntries(asked.map((name) => [name, thresholds[nameOf(name)]]))).toEqual(
      Object.fromEntries(asked.map((name) => [name, [`p(95)<${endpoints[name].budgetSeconds * 1_000}`]])),
    );
  });

  test("a changed budget changes the threshold", () => {
    const changed = { ...endpoints, ping: { budgetSeconds: 0.025 } };
    expect(renderThresholds(loads.smoke, changed)[nameOf("ping")]).toEqual(["p(95)<25"]);
  });

  test("what a load does not ask for is not judged", () => {
    const load = readLoad(loads.smoke, { rates: { job: 0 } });
    const thresholds = renderThresholds(load);
    for (const endpoint of flows.job.endpoints) expect(thresholds).not.toHaveProperty([nameOf(endpoint)]);
    expect(thresholds).not.toHaveProperty("jobs_completed");
  });

  test("the generator may fail to start its share of each flow, and no more", () => {
    const load = { ...loads.load, seconds: 10, rates: { ping: 100, health: 100, job: 1 }, droppedShare: 0.01 };
    expect(renderThresholds(load)).toMatchObject({
      "dropped_iterations{scenario:ping}": ["count<=10"],
      "dropped_iterations{scenario:health}": ["count<=10"],
      "dropped_iterations{scenario:job}": ["count<=0"],
    });
  });
});
