/** The panels of each dashboard, in their order. A panel's number in Grafana is its place here, counted from 1. */
export const dashboards = {
  overview: {
    uid: "gozcu-overview",
    title: "Gözcü: overview",
    panels: ["dashboardStatus", "queueSize", "successRate", "processingTime"],
  },
  jobs: {
    uid: "gozcu-jobs",
    title: "Gözcü: jobs and traces",
    panels: [
      "requestRate",
      "responseTime",
      "requestsShed",
      "jobsEnded",
      "jobSuccessRate",
      "jobTotals",
      "queueWait",
      "oldestWait",
      "queueHealth",
      "jobProcessing",
      "queueDepth",
      "webhookDeliveries",
      "webrtcConnection",
      "sources",
      "sourceAge",
      "activeSpans",
      "profiler",
      "traces",
    ],
  },
  slos: {
    uid: "gozcu-slos",
    title: "Gözcü: service level objectives",
    panels: ["budgetLeft", "burnRate", "budgetCourse", "errorBudgets"],
  },
  stack: {
    uid: "gozcu-stack",
    title: "Gözcü: the stack itself",
    panels: [
      "services",
      "workers",
      "targets",
      "alertsFiring",
      "alertsHeld",
      "notifications",
      "ruleFailures",
      "remediations",
      "series",
      "scrapeDuration",
      "eventLoopDelay",
      "heap",
    ],
  },
  load: {
    uid: "gozcu-load",
    title: "Gözcü: load tests",
    panels: [
      "offered",
      "iterations",
      "pingTime",
      "healthTime",
      "otherTime",
      "refused",
      "pending",
      "virtualUsers",
      "memory",
      "fullCollections",
      "descriptors",
      "resources",
    ],
  },
} as const satisfies Record<
  string,
  { readonly uid: string; readonly title: string; readonly panels: readonly string[] }
>;

export type DashboardName = keyof typeof dashboards;
export type PanelName<D extends DashboardName = DashboardName> = (typeof dashboards)[D]["panels"][number];
