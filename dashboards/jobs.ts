import type { DashboardSpec } from "./dashboard.ts";
import { jobPanels } from "./job-panels.ts";
import { queuePanels } from "./queue-panels.ts";
import { reportPanels } from "./report-panels.ts";
import { requestPanels } from "./request-panels.ts";

/** A job's whole way, from the request to its webhook, and the traces of it. */
export const jobs: DashboardSpec<"jobs"> = {
  description: "A job's way from the request to its webhook: how many, how long, how well, and the traces of it.",
  span: "1h",
  refresh: "10s",
  variables: ["service"],
  panels: { ...requestPanels, ...jobPanels, ...queuePanels, ...reportPanels },
};
