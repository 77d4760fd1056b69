import type { Scenario } from "k6/options";
import { type FlowName, flowNames, flows, jobFlow, type LoadRow, leastUsers } from "../app/catalogue/load.ts";

/** What one run does otherwise than the catalogue says. */
export interface Overrides {
  /** How long the rates hold; under stress, how long they rise. */
  readonly seconds?: number;
  /** Iterations a second; of a flow that the load has. 0 leaves it out. */
  readonly rates?: Readonly<Partial<Record<FlowName, number>>>;
}

/** The value of the tag `phase` while the rates hold: only then is a response time judged. */
export const judgedPhase = "steady";

/** The load that a run puts the service under. */
export function readLoad(load: LoadRow, { seconds = load.seconds, rates = {} }: Overrides): LoadRow {
  const given = flowNames.map((flow) => [flow, load.rates[flow] && (rates[flow] ?? load.rates[flow])] as const);
  return { ...load, seconds, rates: Object.fromEntries(given.filter(([, rate]) => rate !== undefined && rate > 0)) };
}

/** The flows that a load has. */
export function listFlows(load: LoadRow): readonly FlowName[] {
  return flowNames.filter((flow) => load.rates[flow] !== undefined);
}

/**
 * Flows start one after the other. In step, at each full second they would all ask at once, as clients do not, and the
 * pings among them would wait for the rest.
 */
const stepMs = 37;

/** First rising, then steady. k6 takes whole numbers only, and some flows start less than once a second. */
function renderFlow(flow: FlowName, load: LoadRow): readonly (readonly [string, Scenario])[] {
  const perSecond = load.rates[flow] ?? 0;
  const offsetMs = flowNames.indexOf(flow) * stepMs;
  const perMinute = Math.max(1, Math.round(perSecond * 60));
  const users = Math.max(leastUsers, Math.ceil(perSecond * flows[flow].seconds));
  const shared = {
    exec: flow satisfies keyof typeof import("./flows.ts"),
    timeUnit: "1m",
    preAllocatedVUs: users,
    maxVUs: 4 * users,
    // What is on its way when the time is over is still awaited.
    gracefulStop: `${jobFlow.deadlineSeconds + 5}s`,
  };
  const warmUp: Scenario = {
    ...shared,
    executor: "ramping-arrival-rate",
    startTime: `${offsetMs}ms`,
    startRate: 0,
    stages: [{ target: perMinute, duration: `${load.warmUpSeconds}s` }],
    tags: { phase: "warm_up" },
  };
  const steady: Scenario = {
    ...shared,
    executor: "constant-arrival-rate",
    rate: perMinute,
    startTime: `${load.warmUpSeconds * 1_000 + offsetMs}ms`,
    duration: `${load.seconds}s`,
    tags: { phase: judgedPhase },
  };
  return [
    [`${flow}_warm_up`, warmUp],
    [flow, steady],
  ];
}

/** k6's scenarios of a load. */
export function renderScenarios(load: LoadRow): Record<string, Scenario> {
  return Object.fromEntries(listFlows(load).flatMap((flow) => renderFlow(flow, load)));
}
