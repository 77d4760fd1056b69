import type { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import type { StateSignal } from "../app/catalogue/signals.ts";
import type { Promql } from "../app/telemetry/promql.ts";

/** A line of a panel, or one for each series. */
export interface PanelQuery {
  readonly promql: Promql;
  /** Its name: text with labels as `{{label}}`. */
  readonly legend: string;
  /** Shows its values by the words that the catalogue has for this metric's states. */
  readonly states?: StateSignal;
}

/** What every panel says of itself. */
interface Caption {
  readonly title: string;
  /** What it tells, and what to do about it. */
  readonly description: string;
  /** Of Grafana's 24 columns. */
  readonly width: number;
}

/** A panel that asks Prometheus. Stat, gauge and table show the value now, the others its course. */
export interface MetricPanel extends Caption {
  readonly view: "timeseries" | "timeline" | "stat" | "gauge" | "table";
  /** UCUM. */
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
  /** The catalogue's thresholds, drawn as areas or colours. */
  readonly steps?: readonly Threshold[];
  readonly range?: { readonly min: number; readonly max?: number };
  /** Offers the traces of the chosen service in the same time: needs the variable `service`. */
  readonly traced?: true;
}

/** A table of the latest traces: needs the variable `service`. */
export interface TracePanel extends Caption {
  readonly view: "traces";
}

export type PanelSpec = MetricPanel | TracePanel;
