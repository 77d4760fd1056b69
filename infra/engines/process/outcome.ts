import type { StartRow } from "../../../app/start/start-row.ts";
import { type MonitorName, monitorNames, monitors } from "./monitors.ts";

/** How the start of one program went. */
export type MonitorOutcome =
  | {
      readonly state: "running";
      readonly url: string;
      /** The port that was wanted and could not be had. */
      readonly refusedPort?: number;
      /** `0.25.0`; undefined when it does not say. */
      readonly version?: string | undefined;
      readonly tookMs?: number;
    }
  | { readonly state: "missing" }
  | { readonly state: "failed"; readonly reason: string };

export type MonitoringOutcome = Readonly<Record<MonitorName, MonitorOutcome>>;

const downloads = "https://prometheus.io/download/";

function renderMissing(names: readonly MonitorName[]): string {
  const titles = names.map((name) => monitors[name].title).join(" and ");
  const packages = names.map((name) => monitors[name].debianPackage).join(" ");
  const verb = names.length === 1 ? "is" : "are";
  return `off: ${titles} ${verb} not on the PATH (Debian: apt-get install ${packages}; elsewhere: <${downloads}>)`;
}

function renderRunning(outcome: MonitoringOutcome): readonly string[] {
  const running = monitorNames.flatMap((name) => {
    const one = outcome[name];
    if (one.state !== "running") return [];
    const note = one.refusedPort === undefined ? "" : ` (port ${one.refusedPort} could not be had)`;
    return [`${monitors[name].title} ${one.url}${note}`];
  });
  return running.length > 0 ? [running.join(", ")] : [];
}

/** What is missing and how to get it, and what failed and why: a line each. */
export function renderTroubles(outcome: MonitoringOutcome): readonly string[] {
  const missing = monitorNames.filter((name) => outcome[name].state === "missing");
  const failed = monitorNames.flatMap((name) => {
    const one = outcome[name];
    return one.state === "failed" ? [`off: ${one.reason}`] : [];
  });
  return [...(missing.length > 0 ? [renderMissing(missing)] : []), ...failed];
}

/** What to tell people, a line each: what runs and where, what is missing and how to get it, what failed and why. */
export function renderOutcome(outcome: MonitoringOutcome): readonly string[] {
  return [...renderRunning(outcome), ...renderTroubles(outcome)];
}

/** The same for the table of the start. */
export function listOutcome(outcome: MonitoringOutcome): readonly StartRow[] {
  return monitorNames.map((name) => {
    const one = outcome[name];
    const service = monitors[name].title;
    if (one.state !== "running") return { service, state: one.state };
    return { service, address: one.url, version: one.version, state: "up", tookMs: one.tookMs };
  });
}
