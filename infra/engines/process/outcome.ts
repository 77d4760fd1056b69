import { type MonitorName, monitorNames, monitors } from "./monitors.ts";

/** How the start of one program went. */
export type MonitorOutcome =
  | {
      readonly state: "running";
      readonly url: string;
      /** The port that was wanted and could not be had. */
      readonly refusedPort?: number;
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

/** What to tell people, a line each: what runs and where, what is missing and how to get it, what failed and why. */
export function renderOutcome(outcome: MonitoringOutcome): readonly string[] {
  const running: string[] = [];
  const missing: MonitorName[] = [];
  const failed: string[] = [];
  for (const name of monitorNames) {
    const one = outcome[name];
    if (one.state === "missing") missing.push(name);
    else if (one.state === "failed") failed.push(`off: ${one.reason}`);
    else {
      const note = one.refusedPort === undefined ? "" : ` (port ${one.refusedPort} could not be had)`;
      running.push(`${monitors[name].title} ${one.url}${note}`);
    }
  }
  return [
    ...(running.length > 0 ? [running.join(", ")] : []),
    ...(missing.length > 0 ? [renderMissing(missing)] : []),
    ...failed,
  ];
}
