import { type AlertName, alertNames, alertsNamed } from "../catalogue/alerts.ts";
import { serviceNames } from "../catalogue/names.ts";
import { thresholds } from "../catalogue/thresholds.ts";
import type { CoarseFacts } from "./page-facts.ts";

/** From calm to grave. */
const levels = ["good", "warning", "critical"] as const;
export type Level = (typeof levels)[number];

/** Something that is wrong: what, since when, why, and which runbook says what to do. */
export interface Trouble {
  readonly what: string;
  readonly level: Exclude<Level, "good">;
  readonly since?: Date;
  /** In the words of what failed: not for everybody's eyes. */
  readonly why?: string;
  readonly runbook?: AlertName;
}

export interface Overall {
  readonly level: Level;
  /** The state in words. */
  readonly words: string;
  readonly troubles: readonly Trouble[];
}

const stateWords = {
  good: "All is well",
  warning: "Working, with warnings",
  critical: "Degraded",
} as const satisfies Record<Level, string>;

const alertOfService = {
  database: "DatabaseDown",
  queue: "QueueDown",
  comfyui: "ComfyuiDown",
  webhook: "WebhookDown",
} as const satisfies Record<(typeof serviceNames)[number], AlertName>;

/** In the words of the alert that would tell of it. */
function describe(runbook: AlertName, more: Pick<Trouble, "level" | "since" | "why">): Trouble {
  return { what: alertsNamed(runbook)[0]?.summary ?? runbook, runbook, ...more };
}

function findDown({ health }: CoarseFacts): readonly Trouble[] {
  return serviceNames.flatMap((name) => {
    const { status, since, reason } = health.services[name];
    if (status === "up") return [];
    return [describe(alertOfService[name], { level: "critical", since, ...(reason !== undefined && { why: reason }) })];
  });
}

function findStall({ health }: CoarseFacts): readonly Trouble[] {
  if (!health.workersStalled) return [];
  const why = health.reasons.find((reason) => reason.startsWith("jobs are waiting"));
  return [describe("WorkerStalled", { level: "critical", ...(why !== undefined && { why }) })];
}

/** Before the queue's alert fires, which waits for a minute; of what a dead service does to the queue nobody is told. */
function findLongQueue({ health }: CoarseFacts): readonly Trouble[] {
  const { statistics } = health;
  if (statistics?.queueHealth !== "high" || health.status === "degraded") return [];
  const { pending } = statistics.byStatus;
  const alert =
    pending > thresholds.queueOverflow.above
      ? "QueueOverflow"
      : pending > thresholds.queueSizeHigh.above
        ? "QueueSizeHigh"
        : "QueueHealthHigh";
  return [describe(alert, { level: "warning" })];
}

function findSilence({ watchdog }: CoarseFacts): readonly Trouble[] {
  if (watchdog.alive || watchdog.lastSeenAt === undefined) return [];
  const what = "Alerting is silent: nobody would be told of anything";
  return [{ what, level: "warning", since: watchdog.lastSeenAt, runbook: "Watchdog" }];
}

/** So many alerts are named; of more is told how many there are. */
const alertsNamedAtMost = 3;

/** What fires beside that which is told of already; who may not know the details hears how many there are. */
function findAlerts({ firing }: CoarseFacts, told: readonly Trouble[], detailed: boolean): readonly Trouble[] {
  const known = new Set<string | undefined>(told.map(({ runbook }) => runbook));
  const isDegraded = told.some(({ level }) => level === "critical");
  const others = firing.filter(({ name, labels }) => {
    const isSame = known.has(name) || (name === "DashboardDegraded" && isDegraded);
    return !isSame && labels.severity !== "info";
  });
  // The latest comes first.
  const oldest = others.at(-1);
  if (oldest === undefined) return [];
  if (detailed && others.length <= alertsNamedAtMost) {
    return others.map(({ name, annotations, since }) => {
      const runbook = alertNames.find((known) => known === name);
      return { what: annotations.summary ?? name, level: "warning", since, ...(runbook && { runbook }) };
    });
  }
  const what = others.length === 1 ? "An alert fires" : `${others.length} alerts fire`;
  return [{ what, level: "warning", since: oldest.since }];
}

/** The state of everything in a word, and what it is in that state for; the gravest first. */
export function judgeOverall(facts: CoarseFacts, { detailed }: { readonly detailed: boolean }): Overall {
  const known = [...findDown(facts), ...findStall(facts), ...findLongQueue(facts), ...findSilence(facts)];
  const troubles = [...known, ...findAlerts(facts, known, detailed)];
  const level = levels[Math.max(0, ...troubles.map((trouble) => levels.indexOf(trouble.level)))] ?? "good";
  return { level, words: stateWords[level], troubles };
}
