import { type EndpointName, endpoints } from "../../app/catalogue/endpoints.ts";
import type { Summary } from "./summary.ts";

type Comparator = "<" | "<=" | ">" | ">=" | "==" | "!=";
type Unit = "ms" | "share" | "count";

/** What became of one threshold of k6. */
export interface Verdict {
  /** k6's own spelling, such as `http_req_duration{endpoint:ping,phase:steady} p(95)<10`. */
  readonly threshold: string;
  /** What it is about, whatever the limit: the metric and its statistic, such as `checks{scenario:ping} rate`. */
  readonly measure: string;
  /** For people. */
  readonly title: string;
  /** Whether the number is a documented response time. */
  readonly documented: boolean;
  readonly unit: Unit;
  /** Undefined when there was nothing to measure. */
  readonly measured?: number;
  readonly comparator: Comparator;
  readonly limit: number;
  readonly state: "kept" | "broken" | "not measured";
}

type Metric = Summary["metrics"][string];

const titles = new Map([
  ["http_req_failed", "requests not answered as documented"],
  ["checks", "passed checks"],
  ["jobs_completed", "jobs completed"],
  ["dropped_iterations", "dropped iterations"],
  ["stress_errors", "answers that are errors"],
  ["stress_shed", "shed requests"],
]);

const units: Readonly<Record<Metric["type"], Unit>> = { trend: "ms", rate: "share", counter: "count", gauge: "count" };

const isEndpoint = (name: string): name is EndpointName => Object.hasOwn(endpoints, name);

function readMetricName(metric: string): { readonly base: string; readonly endpoint: EndpointName | undefined } {
  const endpoint = /\bendpoint:(\w+)/.exec(metric)?.[1] ?? "";
  return { base: metric.replace(/\{.*/, ""), endpoint: isEndpoint(endpoint) ? endpoint : undefined };
}

function renderTitle(metric: string, statistic: string): string {
  const { base, endpoint } = readMetricName(metric);
  if (endpoint === undefined) {
    const [, scenario] = /\{scenario:(\w+)\}$/.exec(metric) ?? [];
    const title = titles.get(base);
    if (title === undefined) return `${metric} ${statistic}`;
    return scenario === undefined ? title : `${title} of ${scenario}`;
  }
  const { method, route } = endpoints[endpoint];
  return `${method} ${route} ${statistic.replace(/[()]/g, "")}`;
}

function readVerdict(metric: string, { type, values }: Metric, expression: string, ok: boolean): Verdict {
  const found = /^(?<statistic>[a-z]+(?:\([\d.]+\))?)\s*(?<comparator>[<>]=?|[=!]=)=?\s*(?<limit>[\d.]+)$/.exec(
    expression,
  );
  const { statistic = "", comparator, limit } = found?.groups ?? {};
  if (comparator === undefined) throw new Error(`the threshold ${expression} of ${metric} cannot be read`);
  const { base, endpoint } = readMetricName(metric);
  // A rate of nothing is 0, and a percentile too; k6 takes both for measured.
  const empty = type === "trend" ? values.count === 0 : type === "rate" && values.passes === 0 && values.fails === 0;
  const measured = empty ? undefined : values[statistic];
  return {
    threshold: `${metric} ${expression}`,
    measure: `${metric} ${statistic}`,
    title: renderTitle(metric, statistic),
    documented: base === "http_req_duration" && endpoint !== undefined,
    unit: units[type],
    ...(measured !== undefined && { measured }),
    comparator: comparator as Comparator,
    limit: Number(limit),
    state: measured === undefined ? "not measured" : ok ? "kept" : "broken",
  };
}

/** The verdicts on all thresholds that demand something; `>=0` only makes k6 tell of a part of a metric. */
export function readVerdicts({ metrics }: Summary): readonly Verdict[] {
  return Object.entries(metrics)
    .flatMap(([name, metric]) =>
      Object.entries(metric.thresholds ?? {})
        .filter(([expression]) => !/>=\s*0$/.test(expression))
        .map(([expression, { ok }]) => readVerdict(name, metric, expression, ok)),
    )
    .toSorted((a, b) => Number(b.documented) - Number(a.documented) || a.title.localeCompare(b.title));
}

export interface Dropped {
  readonly count: number;
  /** Of all that was to be started. */
  readonly share: number;
}

/** What the generator did not start of what it was to offer: in the whole run, so also while the rates rose. */
export function readDropped({ metrics }: Summary): Dropped {
  const count = metrics.dropped_iterations?.values.count ?? 0;
  const started = metrics.iterations?.values.count ?? 0;
  return { count, share: count === 0 ? 0 : count / (count + started) };
}
