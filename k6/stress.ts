import { check } from "k6";
import http, { type RefinedResponse } from "k6/http";
import { Counter, Gauge } from "k6/metrics";
import type { Options, Scenario } from "k6/options";
import { type EndpointName, endpoints } from "../app/catalogue/endpoints.ts";
import { jobFlow } from "../app/catalogue/load.ts";
import { listStressSteps, stress } from "../app/catalogue/stress.ts";
import { trendStats } from "./options.ts";
import { apiKey, overrides, url } from "./target.ts";

export { handleSummary } from "./summary.ts";

const stepSeconds =
  overrides.seconds === undefined ? stress.stepSeconds : Math.max(1, Math.round(overrides.seconds / stress.steps));
const { rising, recovery } = listStressSteps(stepSeconds);
const steps = [...rising, ...recovery];
const last = steps[steps.length - 1];
const totalSeconds = last === undefined ? 0 : last.startSeconds + last.seconds;

/** Answered as documented, at all and within the budget; refused with 503 and `Retry-After`; answered otherwise; not at all. */
const answered = new Counter("stress_answered");
const good = new Counter("stress_good");
const shed = new Counter("stress_shed");
const errors = new Counter("stress_errors");
const unanswered = new Counter("stress_unanswered");
/** Jobs with a 202, and what the service itself says that it has accepted. */
const accepted = new Counter("stress_jobs_accepted");
/** Orders that were answered neither so nor by a refusal: they may be jobs or not. */
const unknown = new Counter("stress_jobs_unknown");
const totalBefore = new Gauge("stress_jobs_total_before");
const totalAfter = new Gauge("stress_jobs_total_after");
/** For who reads the summary. */
const lengthOfSteps = new Gauge("stress_step_seconds");

const timeoutSeconds = 5;

const perStep = [
  "stress_answered",
  "stress_good",
  "stress_shed",
  "stress_errors",
  "stress_unanswered",
  "dropped_iterations",
];

function renderScenario(exec: string, perSecond: number, seconds: number, startSeconds: number): Scenario {
  return {
    executor: "constant-arrival-rate",
    exec,
    rate: perSecond,
    timeUnit: "1s",
    duration: `${seconds}s`,
    startTime: `${startSeconds}s`,
    // Longer than a client waits: each request's outcome is counted.
    gracefulStop: `${timeoutSeconds + 1}s`,
    preAllocatedVUs: Math.max(5, Math.ceil(perSecond * stress.waitSeconds)),
  };
}

export const options: Options = {
  scenarios: {
    ...Object.fromEntries(
      steps.map(({ name, perSecond, seconds, startSeconds }) => [
        name,
        renderScenario("demand", perSecond, seconds, startSeconds),
      ]),
    ),
    ping: renderScenario("ping", stress.besidePerSecond.ping, totalSeconds, 0),
    health: renderScenario("health", stress.besidePerSecond.health, totalSeconds, 0),
  },
  thresholds: {
    stress_errors: ["count==0"],
    "checks{scenario:ping}": ["rate==1"],
    "checks{scenario:health}": ["rate==1"],
    ...(last && { [`stress_shed{scenario:${last.name}}`]: ["count==0"] }),
    // No demands: k6 tells of a part of a metric, and of a counter that nothing was added to, only where a threshold asks.
    ...Object.fromEntries(["stress_jobs_accepted", "stress_jobs_unknown"].map((name) => [name, ["count>=0"]])),
    ...Object.fromEntries(
      steps.flatMap(({ name }) => [
        ...perStep
          .filter((metric) => !(metric === "stress_shed" && name === last?.name))
          .map((metric) => [`${metric}{scenario:${name}}`, ["count>=0"]]),
        [`http_req_duration{scenario:${name}}`, ["p(95)>=0"]],
      ]),
    ),
    ...Object.fromEntries(["ping", "health"].map((name) => [`http_req_duration{scenario:${name}}`, ["p(95)>=0"]])),
  },
  summaryTrendStats: trendStats,
  discardResponseBodies: true,
};

interface Start {
  /** A job that there is to be read. */
  readonly jobId: string;
}

function ask(name: EndpointName, { body, jobId = "" }: { readonly body?: object; readonly jobId?: string } = {}) {
  const { method, route } = endpoints[name];
  return http.request(method, url + route.replace(":id", jobId), body ? JSON.stringify(body) : null, {
    headers: { "X-API-Key": apiKey, ...(body && { "Content-Type": "application/json" }) },
    tags: { name: `${method} ${route}`, endpoint: name },
    timeout: `${timeoutSeconds}s`,
    // Only an accepted job's id is of interest.
    responseType: name === "jobSubmit" || name === "telemetryRead" ? "text" : "none",
  });
}

/** The number of jobs that the service says it ever accepted. */
function readTotal(): number {
  const response = ask("telemetryRead");
  const total = response.status === 200 ? response.json("jobs.total") : undefined;
  if (typeof total !== "number") throw new Error(`GET /api/telemetry answered ${response.status} without jobs.total`);
  return total;
}

export function setup(): Start {
  const jobId = ask("jobSubmit", { body: jobFlow.order }).json("id");
  if (typeof jobId !== "string") throw new Error("the service accepts no job before the stress has begun");
  totalBefore.add(readTotal());
  lengthOfSteps.add(stepSeconds);
  return { jobId };
}

export function teardown(): void {
  totalAfter.add(readTotal());
}

type Demand = keyof typeof stress.mix;

const demands: Readonly<Record<Demand, (start: Start) => RefinedResponse<"text" | "none">>> = {
  jobSubmit: () => ask("jobSubmit", { body: jobFlow.order }),
  jobRead: ({ jobId }) => ask("jobRead", { jobId }),
  jobList: () => ask("jobList"),
  telemetryReport: () => ask("telemetryReport", { body: { source: "stress", metrics: { step: 1 } } }),
};

function choose(): Demand {
  let left = Math.random();
  for (const [name, share] of Object.entries(stress.mix)) {
    left -= share;
    if (left < 0) return name as Demand;
  }
  return "jobSubmit";
}

/** One request of the mix, and what became of it. */
export function demand(start: Start): void {
  const name = choose();
  const response = demands[name](start);
  if (response.status >= 200 && response.status < 300) {
    answered.add(1);
    if (response.timings.duration <= endpoints[name].budgetSeconds * 1_000) good.add(1);
    if (name === "jobSubmit") accepted.add(1);
    return;
  }
  if (response.status === 503 && response.headers["Retry-After"] !== undefined) {
    shed.add(1);
    return;
  }
  if (name === "jobSubmit") unknown.add(1);
  if (response.status === 0) unanswered.add(1);
  else errors.add(1);
}

export function ping(): void {
  check(ask("ping"), { "ping is answered": ({ status }) => status === 200 });
}

export function health(): void {
  check(ask("health"), { "health is answered": ({ status }) => status === 200 });
}
