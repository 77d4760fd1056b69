import { listStressSteps, stress } from "../../app/catalogue/stress.ts";

/** What is read of k6's summary of `k6/stress.ts`. */
export interface StressSummary {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
}

/** What became of the load in one step, in requests a second. */
export interface StepOutcome {
  readonly name: string;
  /** What the step was to ask for, and what the generator could not send of it. */
  readonly offered: number;
  readonly dropped: number;
  readonly sent: number;
  /** Answered as documented, and of these within the endpoint's budget. */
  readonly answered: number;
  readonly good: number;
  /** Refused with 503 and `Retry-After`. */
  readonly shed: number;
  /** Any other answer. */
  readonly errors: number;
  /** No answer in the time that a client waits. */
  readonly unanswered: number;
  /** Of all answers, the refusals too. */
  readonly p95Ms: number;
}

export interface JobCount {
  /** Jobs that were given a 202. */
  readonly accepted: number;
  /** Orders of which nobody knows what became: they were answered neither by 202 nor by 503. */
  readonly unknown: number;
  /** How many jobs more the service counts after the run. */
  readonly counted: number;
}

export interface Goodput {
  readonly rising: readonly StepOutcome[];
  readonly recovery: readonly StepOutcome[];
  /** The highest goodput of all steps. */
  readonly capacity: number;
  /** The goodput where twice the capacity is sent, as a share of it; undefined when so much was never sent. */
  readonly shareAtDouble: number | undefined;
  /** From the end of the overload until all is well, in whole seconds; undefined when the run ended before. */
  readonly recoverySeconds: number | undefined;
  /** Whether the steps were to go so far. */
  readonly doubleOffered: boolean;
  readonly jobs: JobCount;
}

/**
 * Makes sense of a stress run's summary.
 * @throws Error for the summary of another scenario, or of one that was broken off: a metric is missing.
 */
export function readGoodput(summary: StressSummary): Goodput {
  const read = (metric: string, value: string): number => {
    const found = summary.metrics[metric]?.values[value];
    if (found === undefined)
      throw new Error(`k6's summary has no ${value} of ${metric}: it is not of a whole stress run`);
    return found;
  };
  const steps = listStressSteps(read("stress_step_seconds", "value"));
  const outcomes = (rows: typeof steps.rising): readonly StepOutcome[] =>
    rows.map(({ name, seconds, perSecond }) => {
      const rate = (metric: string) => read(`${metric}{scenario:${name}}`, "count") / seconds;
      const [answered, shed] = [rate("stress_answered"), rate("stress_shed")];
      const [errors, unanswered] = [rate("stress_errors"), rate("stress_unanswered")];
      const sent = answered + shed + errors + unanswered;
      return {
        ...{ name, offered: perSecond, dropped: rate("dropped_iterations"), sent },
        ...{ answered, good: rate("stress_good"), shed, errors, unanswered },
        p95Ms: read(`http_req_duration{scenario:${name}}`, "p(95)"),
      };
    });

  const [rising, recovery] = [outcomes(steps.rising), outcomes(steps.recovery)];
  const capacity = Math.max(...rising.map(({ good }) => good));
  const atDouble = interpolateGood(rising, 2 * capacity);
  const counted = read("stress_jobs_total_after", "value") - read("stress_jobs_total_before", "value");
  return {
    ...{ rising, recovery, capacity },
    shareAtDouble: atDouble === undefined ? undefined : atDouble / capacity,
    doubleOffered: rising.some(({ offered }) => offered >= 2 * capacity),
    recoverySeconds: findRecovery(recovery),
    jobs: { accepted: read("stress_jobs_accepted", "count"), unknown: read("stress_jobs_unknown", "count"), counted },
  };
}

/**
 * How many accepted jobs the service does not know any more. Each order that nobody knows of may be among those that it
 * counts, in the place of a lost one.
 */
export function boundLost({ accepted, unknown, counted }: JobCount): { readonly least: number; readonly most: number } {
  return { least: Math.max(0, accepted - counted), most: Math.max(0, accepted + unknown - counted) };
}

/** The goodput where so much is sent, on the straight line between two steps. */
function interpolateGood(steps: readonly StepOutcome[], sent: number): number | undefined {
  const index = steps.findIndex((step) => step.sent >= sent);
  const [before, after] = [steps[index - 1], steps[index]];
  if (before === undefined || after === undefined) return undefined;
  return before.good + ((after.good - before.good) * (sent - before.sent)) / (after.sent - before.sent);
}

/** The first second of so many in a row in which all is well, counted from 1. */
function findRecovery(seconds: readonly StepOutcome[]): number | undefined {
  const { calmSeconds } = stress;
  const first = seconds.findIndex((_, index) => {
    const row = seconds.slice(index, index + calmSeconds);
    return row.length === calmSeconds && row.every(isWell);
  });
  return first < 0 ? undefined : first + 1;
}

/** Budgets are documented for 95 of 100 requests. */
function isWell({ shed, errors, unanswered, dropped, good, sent }: StepOutcome): boolean {
  return shed + errors + unanswered + dropped === 0 && good >= 0.95 * sent;
}
