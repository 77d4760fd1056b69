/** A way to keep metrics and to serve them, in a process of its own. */
export interface Variant {
  readonly label: string;
  /** Which of `targets/` it is. */
  readonly target: "prom-client" | "stock" | "gozcu-sdk" | "gozcu";
  /** Ours shall take no longer than the faster of the others, and write no more than OpenTelemetry's own. */
  readonly ours: boolean;
}

/** What is compared, in the order of the report. */
export const variants = [
  { label: "prom-client", target: "prom-client", ours: false },
  { label: "OpenTelemetry's exporter", target: "stock", ours: false },
  { label: "Gözcü, the SDK's instruments", target: "gozcu-sdk", ours: true },
  { label: "Gözcü, instruments in place", target: "gozcu", ours: true },
] as const satisfies readonly Variant[];

export type TargetName = Variant["target"];

export const sizes = [1_000, 10_000] as const;
