import type { AlertName } from "../../app/catalogue/alerts.ts";
import { budgetRunbooks } from "./budgets.ts";
import { jobRunbooks } from "./jobs.ts";
import { queueRunbooks } from "./queue.ts";
import { remediationRunbooks } from "./remediation.ts";
import type { Runbook } from "./runbook.ts";
import { serviceRunbooks } from "./services.ts";
import { stackRunbooks } from "./stack.ts";
import { userRunbooks } from "./users.ts";

/** A page for every alert: one without does not compile. */
export const runbooks: Readonly<Record<AlertName, Runbook>> = {
  ...serviceRunbooks,
  ...queueRunbooks,
  ...jobRunbooks,
  ...userRunbooks,
  ...remediationRunbooks,
  ...stackRunbooks,
  ...budgetRunbooks,
};
