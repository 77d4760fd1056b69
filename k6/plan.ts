import type { Scenario } from "k6/options";
import {
  countAtOnce,
  type FlowName,
  flowNames,
  flows,
  jobFlow,
  type LoadRow,
  leastUsers,
} from "../app/catalogue/load.ts";

/** What one run does otherwise than the catalogue says. */
export interface Overrides {
  /** How long the rates hold; under stress, how long they rise. */
  readonly seconds?: number;
  /** Iterations a second; of a flow that the load has. 0 leaves it out. */
  readonly rates?: Readonly<Partial<Record<FlowName, number>>>;
}

/** Tells a flow how many seconds its rate rises. */
export const warmUpVariable = "WARM_UP_SECONDS";
/** Tells a flow how many clients share an iteration. */
export const atOnceVariable = "AT_ONCE";

/** The load that a run puts the service under. */
export function readLoad(load: LoadRow, { seconds = load.seconds, rates = {} }: Overrides): LoadRow {
  const given = flowNames.map((flow) => [flow, load.rates[flow] && (rates[flow] ?? load.rates[flow])] as const);
  return { ...load, seconds, rates: Object.fromEntries(given.filter(([, rate]) => rate !== undefined && rate > 0)) };
}

/** The flows that a load has. */
export function listFlows(load: LoadRow): readonly FlowName[] {
  return flowNames.filter((flow) => load.rates[flow] !== undefined);
}

/** How many iterations of a flow start in a second. */
export function countIterations(flow: FlowName, { rates }: LoadRow): number {
  const perSecond = rates[flow] ?? 0;
  return perSecond / countAtOnce(flow, perSecond);
}

/**
 * Flows start one after the other. In step, at each full second they would all ask at once, as clients do not, and the
 * pings among them would wait for the rest; so far apart, no probe comes within 12 ms of another flow at the load's rates.
 */
const stepMs = 212;

/** First rising, then steady. k6 takes whole numbers only, and some flows start less than once a second. */
function renderFlow(flow: FlowName, load: LoadRow): Scenario {
  const perSecond = countIterations(flow, load);
  const perMinute = Math.max(1, Math.round(perSecond * 60));
  const users = Math.max(leastUsers, Math.ceil(perSecond * flows[flow].seconds));
  return {
    exec: flow satisfies keyof typeof import("./flows.ts"),
    executor: "ramping-arrival-rate",
    startTime: `${flowNames.indexOf(flow) * stepMs}ms`,
    startRate: 0,
    timeUnit: "1m",
    // One scenario for both phases: two would have users of their own, and k6 would hold twice the memory to collect.
    stages: [
      { target: perMinute, duration: `${load.warmUpSeconds}s` },
      { target: perMinute, duration: `${load.seconds}s` },
    ],
    // And no more: making users takes as much as thousands of requests, just when the answers are late.
    preAllocatedVUs: users,
    // What is on its way when the time is over is still awaited.
    gracefulStop: `${jobFlow.deadlineSeconds + 5}s`,
    env: {
      [warmUpVariable]: String(load.warmUpSeconds),
      [atOnceVariable]: String(countAtOnce(flow, load.rates[flow] ?? 0)),
    },
  };
}

/** k6's scenarios of a load. */
export function renderScenarios(load: LoadRow): Record<string, Scenario> {
  return Object.fromEntries(listFlows(load).map((flow) => [flow, renderFlow(flow, load)]));
}
