/** How a program writes what it has to say. */
export interface ProgramLogs {
  readonly level: "info" | "warn";
  readonly format: "json" | "logfmt";
}

/** The flags of Prometheus and Alertmanager for it. */
export function renderLogFlags({ level, format }: ProgramLogs): readonly string[] {
  return [`--log.level=${level}`, `--log.format=${format}`];
}
