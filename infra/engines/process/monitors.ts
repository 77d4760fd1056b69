import { monitoring } from "../../../app/catalogue/monitoring.ts";
import { renderDuration } from "../../../app/telemetry/duration.ts";

export type MonitorName = "prometheus" | "alertmanager";

interface MonitorRow {
  readonly title: string;
  /** What the program is called on the PATH. */
  readonly commands: readonly string[];
  readonly debianPackage: string;
  /** Which of the rendered files is the one to start with. */
  readonly configFile: string;
  /** Flags of its own: where it keeps its data, for how long, and how often it repeats itself. */
  renderFlags(folder: string): readonly string[];
  /** What is removed from its data before it starts. */
  readonly forgets: readonly string[];
}

/** What watches the service. All versions from Debian 12's (Prometheus 2.42, Alertmanager 0.25) on take these flags. */
export const monitors: Readonly<Record<MonitorName, MonitorRow>> = {
  prometheus: {
    title: "Prometheus",
    commands: ["prometheus"],
    debianPackage: "prometheus",
    configFile: "prometheus.yml",
    renderFlags: (folder) => [
      `--storage.tsdb.path=${folder}`,
      `--storage.tsdb.retention.time=${monitoring.retentionDays}d`,
      `--storage.tsdb.retention.size=${monitoring.retentionSize}`,
      `--rules.alert.resend-delay=${renderDuration(monitoring.resendSeconds)}`,
    ],
    forgets: [],
  },
  alertmanager: {
    title: "Alertmanager",
    commands: ["alertmanager", "prometheus-alertmanager"],
    debianPackage: "prometheus-alertmanager",
    configFile: "alertmanager.yml",
    // It has no peers to gossip with.
    renderFlags: (folder) => [`--storage.path=${folder}`, "--cluster.listen-address="],
    // It keeps whom it has told, but not of which alerts. One that ended while it was down would count as still told of:
    // its end is never told, nor its next beginning until the message is due to be repeated. So one that still burns is
    // told again instead. The silences stay.
    forgets: ["nflog"],
  },
};

export const monitorNames = Object.keys(monitors) as readonly MonitorName[];

/** `host:port` of each that runs; undefined where it is not installed. */
export type MonitorAddresses = Readonly<Record<MonitorName, string | undefined>>;

/** Text by file name. The names stand for files in one folder, which is also the working directory. */
export type MonitorFiles = Readonly<Record<string, string>>;

/**
 * Gives a program's files, its {@link MonitorRow.configFile} among them, once it is known where the others are and which
 * version it is (`0.25.0`; undefined when it does not say).
 */
export type RenderMonitorFiles = (at: MonitorAddresses, version: string | undefined) => MonitorFiles;

/** The files of every program. */
export interface MonitorRenderers extends Readonly<Record<MonitorName, RenderMonitorFiles>> {
  /** What the files hold that nobody is to see; none of it is quoted to people. */
  readonly secrets: readonly string[];
}
