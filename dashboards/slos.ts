import { burnWindows, sloPeriodSeconds } from "../alerts/slo-recordings.ts";
import { burnRates, slos as objectives, sloNames, sloPeriodDays } from "../app/catalogue/slos.ts";
import { renderDuration } from "../app/telemetry/duration.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { DashboardSpec } from "./dashboard.ts";
import { limitSteps, risingSteps, severityColors } from "./steps.ts";
import { chosen } from "./variable.ts";

/** What is left of the period's budget: below 0 the objective is missed. */
const left = promql.rest(promql.burnRate(sloPeriodSeconds, chosen("slo")));

/** The windows that alerts look at. */
const alertWindows = burnWindows.filter((window) => window !== sloPeriodSeconds);

const eachObjective = (value: (errorBudget: number) => number) =>
  promql.constants(
    "slo",
    sloNames.map((slo) => [slo, value(objectives[slo].errorBudget)]),
  );

/** The objectives: what is left of each error budget, and how fast it goes. */
export const slos: DashboardSpec<"slos"> = {
  description: `Objectives over ${sloPeriodDays} days: what is left of each error budget, and how fast it goes.`,
  span: `${sloPeriodDays}d`,
  refresh: "1m",
  variables: ["slo"],
  panels: {
    budgetLeft: {
      view: "stat",
      title: "Error budget left",
      description: `Of the budget of the last ${sloPeriodDays} days. At 0 % the objective is missed: stop risky changes until it recovers.`,
      width: 24,
      unit: "1",
      queries: [{ promql: left, legend: "{{slo}}" }],
      steps: limitSteps({ below: 0 }),
    },
    burnRate: {
      view: "timeseries",
      title: "Burn rate",
      description:
        "How many times faster than allowed the budget goes, over each window that alerts look at. An alert fires when a long and a short window are both beyond its line.",
      width: 24,
      unit: "{budget}",
      queries: alertWindows.map((window) => ({
        promql: promql.burnRate(window, chosen("slo")),
        legend: `{{slo}} over ${renderDuration(window)}`,
      })),
      steps: risingSteps(burnRates.map(({ factor, severity }) => ({ from: factor, color: severityColors[severity] }))),
      range: { min: 0 },
    },
    budgetCourse: {
      view: "timeseries",
      title: "Error budget left, over time",
      description:
        "Where a line falls steeply, something broke: compare with the alerts of that time. It rises as old faults leave the window.",
      width: 12,
      unit: "1",
      queries: [{ promql: left, legend: "{{slo}}" }],
      steps: limitSteps({ below: 0 }),
    },
    errorBudgets: {
      view: "table",
      title: "Objectives and their budgets",
      description: `The share of good events that is promised, the share of bad ones that this allows in ${sloPeriodDays} days, and how much of it is left.`,
      width: 12,
      unit: "1",
      queries: [
        { promql: eachObjective((errorBudget) => 1 - errorBudget), legend: "Promised" },
        { promql: eachObjective((errorBudget) => errorBudget), legend: "Allowed" },
        { promql: promql.rest(promql.burnRate(sloPeriodSeconds)), legend: "Budget left" },
      ],
    },
  },
};
