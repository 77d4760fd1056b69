import type { Guards } from "./guard.ts";
import type { HostAddress } from "./settings.ts";

/** How a program writes what it has to say. */
export interface ProgramLogs {
  readonly level: "info" | "warn";
  readonly format: "json" | "logfmt";
}

/** What Prometheus and Alertmanager are both told. */
export interface MonitorSettings {
  /** Which of the two asks for a password. */
  readonly guards: Guards;
  readonly logs: ProgramLogs;
  readonly published?: HostAddress | undefined;
  readonly memoryMb: number;
}

/**
 * The flags that the two have in common.
 * @param options.url where people find it: its own guess is the host's name, where nobody does
 * @param options.webConfig the path of the file that asks for a password; without it nobody is asked
 */
export function renderMonitorFlags(options: {
  readonly listen: { readonly host: string; readonly port: number };
  readonly url: string;
  readonly logs: ProgramLogs;
  readonly webConfig: string | undefined;
}): readonly string[] {
  const { listen, url, logs, webConfig } = options;
  return [
    `--web.listen-address=${listen.host}:${listen.port}`,
    `--web.external-url=${url}`,
    `--log.level=${logs.level}`,
    `--log.format=${logs.format}`,
    ...(webConfig === undefined ? [] : [`--web.config.file=${webConfig}`]),
  ];
}
