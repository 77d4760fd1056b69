import type { Alert } from "../app/catalogue/alerts.ts";
import type { Condition } from "../app/catalogue/conditions.ts";
import { type MetricRow, metrics } from "../app/catalogue/metrics.ts";
import { notifications, watchdogName } from "../app/catalogue/notifications.ts";
import { evaluationSeconds, type ScrapeJob, scrapes } from "../app/catalogue/scrape.ts";
import type { SignalName } from "../app/catalogue/signals.ts";
import { slos } from "../app/catalogue/slos.ts";
import { timeScale } from "../app/catalogue/time-scale.ts";
import { burnRecordings, burnWindows } from "./slo-recordings.ts";

const jobOf = { dashboard: "dashboard", otel: "gozcu-otel" } as const satisfies Record<
  MetricRow["endpoint"],
  ScrapeJob
>;
const ours: Readonly<Partial<Record<SignalName, MetricRow>>> = metrics;

/** The metrics that an alert is judged by. */
export function signalsOf({ conditions, burn }: Alert): readonly SignalName[] {
  if (burn !== undefined) return [slos[burn.slo].indicator.metric];
  return conditions.flatMap((condition) => ("always" in condition ? [] : [condition.metric]));
}

/** How often Prometheus asks for a metric. One of the stack's own programs may come from any job: the longest. */
export function scrapeSeconds(metric: SignalName): number {
  const row = ours[metric];
  if (row !== undefined) return scrapes[jobOf[row.endpoint]].intervalSeconds;
  return Math.max(...Object.values(scrapes).map(({ intervalSeconds }) => intervalSeconds));
}

/** How long Alertmanager waits before it tells people of the first alert of a group. */
export function groupWaitSeconds(severity: Exclude<Alert["severity"], "none">): number {
  return notifications.people[severity].waitSeconds;
}

/** Whether there can be several of an alert at a time: by its labels, or by several rules. */
function hasInstances({ conditions, burn }: Alert): boolean {
  const open = (condition: Condition) =>
    "by" in condition && condition.by.some((label) => typeof whereOf(condition)[label] !== "string");
  return burn !== undefined || conditions.length > 1 || conditions.some(open);
}
const whereOf = ({ where = {} }: { readonly where?: object }): Readonly<Record<string, unknown>> => ({ ...where });

/** How long a burn rate may wait to be recorded. */
function recordingSeconds({ burn }: Alert): number {
  return burn === undefined ? 0 : (burnRecordings[burnWindows.indexOf(burn.rate.longSeconds)]?.intervalSeconds ?? 0);
}

/**
 * The longest time from a fault to the message on the phone, in seconds: until the metric tells it, until it is scraped,
 * recorded and judged, for as long as it must hold, until Alertmanager tells it, and until that has arrived. For the
 * Watchdog, the time from one heartbeat to the next.
 */
export function detectionSeconds(alert: Alert): number {
  const { severity, forSeconds, signalSeconds } = alert;
  const { heartbeat, sendSeconds } = notifications;
  if (severity === "none") {
    if (alert.name !== watchdogName) throw new Error(`nobody is told of ${alert.name}, whose severity is none`);
    return heartbeat.repeatSeconds * timeScale + sendSeconds;
  }
  const scaled =
    Math.max(...signalsOf(alert).map(scrapeSeconds)) +
    recordingSeconds(alert) +
    evaluationSeconds +
    Math.ceil(forSeconds / evaluationSeconds) * evaluationSeconds +
    // One more of a group that has been told of waits for the group's next interval.
    (hasInstances(alert) ? notifications.people[severity].intervalSeconds : groupWaitSeconds(severity));
  return signalSeconds + scaled * timeScale + sendSeconds;
}
