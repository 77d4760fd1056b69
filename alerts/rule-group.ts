import type { Promql } from "../app/telemetry/promql.ts";

interface RecordingRule {
  readonly record: string;
  readonly expr: Promql;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: Promql;
  readonly forSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Rules that Prometheus evaluates one after the other, all as of one moment. */
export interface RuleGroup<R extends RecordingRule | AlertingRule = RecordingRule | AlertingRule> {
  readonly name: string;
  readonly intervalSeconds: number;
  readonly rules: readonly R[];
}
