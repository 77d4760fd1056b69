import type { HistoryRange } from "../catalogue/history.ts";
import type { ChartName } from "./chart-rows.ts";

export interface HistoryPoint {
  readonly at: Date;
  readonly value: number | undefined;
}
export interface PanelHistory {
  readonly range: HistoryRange;
  readonly source: "prometheus" | "recorded";
  readonly until: Date;
  readonly points: Readonly<Record<ChartName, readonly HistoryPoint[]>>;
}
export interface History {
  read(range: HistoryRange): Promise<PanelHistory | undefined>;
  close(): Promise<void>;
}
