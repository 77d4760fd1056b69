import type { AlertName } from "../../app/catalogue/alerts.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { type SloName, sloPeriodDays, slos } from "../../app/catalogue/slos.ts";
import { ofUsers } from "../../app/catalogue/thresholds.ts";
import * as promql from "../../app/telemetry/promql.ts";
import { sloPeriodSeconds } from "../slo-recordings.ts";
import { databaseCommand, healthCommand } from "./commands.ts";
import {
  deliveryDiagnosis,
  deliveryMitigation,
  deliveryOutcomes,
  failedJobsDiagnosis,
  failedJobsMitigation,
  outcomes,
} from "./jobs.ts";
import type { Query, Runbook } from "./runbook.ts";
import { slownessDiagnosis, slownessMitigation } from "./users.ts";
import { sayShare } from "./words.ts";

function sayBudget(slo: SloName): string {
  const { help, errorBudget } = slos[slo];
  return (
    `The objective is ${sayShare(1 - errorBudget)} ${help}, over ${sloPeriodDays} days. The other ${sayShare(errorBudget)} ` +
    "are the error budget, and it is being used up faster than it may."
  );
}

/** How fast the budget of the whole period has gone: the share that is left is 1 less this. */
function periodBurn(slo: SloName): Query {
  return {
    tells: `the share of the budget that the last ${sloPeriodDays} days have used: above 1 the objective is missed`,
    query: promql.burnRate(sloPeriodSeconds, slo),
  };
}

const gradual =
  "`warning` is a slow burn: no reason to get up at night, and one to change something this week. `critical` is a fast one.";

export const budgetRunbooks = {
  AvailabilityBudgetBurn: {
    meaning: `${sayBudget("availability")} ${gradual}`,
    impact: "Clients of the API get errors with status 500 or above. A job that was answered with 202 is safe.",
    diagnosis: [
      {
        tells: "errors a second, by route and status: 503 is the database being away, 500 a fault of ours",
        query: promql.rate("http.server.request.duration", rateWindowSeconds, {
          where: { ...ofUsers, ...slos.availability.indicator.bad },
          by: ["http.route", "http.response.status_code"],
        }),
        emptyWhenHealthy: true,
      },
      healthCommand,
      databaseCommand,
      periodBurn("availability"),
    ],
    mitigation: [
      "503 and the database is up now: it was away for moments. See what it did then: restarts, `too many clients`, a full disk. [DatabaseDown](DatabaseDown.md) has the steps.",
      "500: the API's log has each with its stack and the trace id. It began with a new version: go back to the old one first.",
      "502 and 504 are not ours: what stands before the API could not reach it.",
    ],
  },

  LatencyBudgetBurn: {
    meaning: `${sayBudget("latency")} That time is ${slos.latency.indicator.slowerThan * 1_000} ms. ${gradual}`,
    impact: "The API is slower than documented for some requests; but not so slow that `ResponseTimeHigh` fires.",
    diagnosis: [
      {
        tells: "the share of requests that are late now",
        query: promql.shareAbove("http.server.request.duration", slos.latency.indicator.slowerThan, rateWindowSeconds, {
          where: slos.latency.indicator.where,
        }),
      },
      ...slownessDiagnosis,
      periodBurn("latency"),
    ],
    mitigation: slownessMitigation,
  },

  JobsBudgetBurn: {
    meaning: `${sayBudget("jobs")} ${gradual}`,
    impact: "Some customers get errors in place of pictures, though not as many as `JobSuccessRateLow` needs.",
    diagnosis: [...failedJobsDiagnosis, outcomes, periodBurn("jobs")],
    mitigation: failedJobsMitigation,
  },

  WebhooksBudgetBurn: {
    meaning: `${sayBudget("webhooks")} ${gradual}`,
    impact: "Some customers do not hear that their jobs have ended; the jobs themselves are done.",
    diagnosis: [...deliveryDiagnosis, deliveryOutcomes, periodBurn("webhooks")],
    mitigation: deliveryMitigation,
  },
} as const satisfies Partial<Record<AlertName, Runbook>>;
