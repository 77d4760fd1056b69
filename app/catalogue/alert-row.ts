import type { Condition } from "./conditions.ts";
import type { Severity } from "./notifications.ts";
import type { PanelName } from "./panels.ts";
import { services } from "./services.ts";

/** One alert, as it is declared. */
export interface AlertRow {
  readonly severity: Severity;
  /** What is the matter, in a line. May name the labels of the condition's `by`: `{{ $labels.source }}`. */
  readonly summary: string;
  /** What the conditions are about, as a sentence calls it: "the response time". May name labels as well. */
  readonly subject: string;
  /** A rule each. */
  readonly conditions: readonly Condition[];
  /** How long the condition must hold. */
  readonly forSeconds: number;
  /** The longest time from the fault until the metric tells it, apart from scraping; at the time scale as it is. */
  readonly signalSeconds: number;
  /** The detection budget: the longest time from the fault to the message on the phone, at time scale 1. */
  readonly budgetSeconds: number;
  /** The names of the alerts that, while they fire, explain this one: it then notifies nobody. */
  readonly symptomOf: readonly string[];
  /** The panel that shows it. */
  readonly panel: PanelName;
}

export type AlertRows = Readonly<Record<string, AlertRow>>;

/** From a probe's start to its answer, or to the deadline when there is none. */
export function probed(name: "database" | "queue" | "comfyui"): number {
  return (services[name].probeIntervalMs + services[name].probeDeadlineMs) / 1_000;
}

/** How often the numbers are read from the database, with time for the answer. */
export const counted = probed("database");

/** What stops every job. */
export const down = ["DatabaseDown", "QueueDown", "ComfyuiDown"] as const;
export const noProgress = [...down, "WorkerStalled"] as const;
