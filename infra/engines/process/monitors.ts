export type MonitorName = "prometheus" | "alertmanager";

interface MonitorRow {
  readonly title: string;
  /** What the program is called on the PATH. */
  readonly commands: readonly string[];
  readonly debianPackage: string;
  /** What is removed from its data before it starts. */
  readonly forgets: readonly string[];
}

/** What watches the service, as programs of this machine. What they do there, the topology says. */
export const monitors: Readonly<Record<MonitorName, MonitorRow>> = {
  prometheus: {
    title: "Prometheus",
    commands: ["prometheus"],
    debianPackage: "prometheus",
    forgets: [],
  },
  alertmanager: {
    title: "Alertmanager",
    commands: ["alertmanager", "prometheus-alertmanager"],
    debianPackage: "prometheus-alertmanager",
    // It keeps whom it has told, but not of which alerts. One that ended while it was down would count as still told of:
    // its end is never told, nor its next beginning until the message is due to be repeated. So one that still burns is
    // told again instead. The silences stay.
    forgets: ["nflog"],
  },
};

export const monitorNames = Object.keys(monitors) as readonly MonitorName[];
