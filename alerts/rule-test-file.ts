import { stringify } from "yaml";
import { renderDuration } from "../app/telemetry/duration.ts";
import { alertGroupName } from "./alert-rules.ts";
import { burnRecordings } from "./slo-recordings.ts";

/** A series' samples, one at each step; `undefined` where there is none. */
export interface InputSeries {
  readonly series: string;
  readonly values: readonly (number | undefined)[];
}

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** All alerts of a name that fire at a step, and no other. */
interface Check {
  readonly step: number;
  readonly alert: string;
  readonly firing: readonly ExpectedAlert[];
}

export interface RuleTest {
  readonly name: string;
  readonly series: readonly InputSeries[];
  readonly checks: readonly Check[];
}

/** One value, or as many as go on by the same step, in promtool's notation: `5+2x3` is 5, 7, 9, 11. */
function renderRun(start: number | undefined, step: number, more: number): string {
  if (start === undefined) return more === 0 ? "_" : `_x${more + 1}`;
  if (more === 0) return String(start);
  return step === 0 ? `${start}x${more}` : `${start}${step < 0 ? "" : "+"}${step}x${more}`;
}

/** Writes rows of values in short. Adds up as promtool does, so that a fraction comes out the same. */
function renderValues(values: InputSeries["values"]): string {
  const runs: string[] = [];
  for (let from = 0; from < values.length; ) {
    const start = values[from];
    const second = values[from + 1];
    const step = start === undefined || second === undefined ? 0 : second - start;
    let more = 0;
    let next = start === undefined ? undefined : start + step;
    while (from + more + 1 < values.length && values[from + more + 1] === next) {
      more += 1;
      if (next !== undefined) next += step;
    }
    runs.push(renderRun(start, step, more));
    from += more + 1;
  }
  return runs.join(" ");
}

/** What alerts after what it reads has been recorded: promtool takes groups in any order unless told. */
const groupOrder = [...burnRecordings.map(({ name }) => name), alertGroupName];

/** A file of tests for `promtool test rules`, to lie in a folder below the rules. A step is a sample and an evaluation. */
export function renderTestFile(stepSeconds: number, tests: readonly RuleTest[]): string {
  const file = {
    rule_files: ["../recording-rules.yml", "../alerting-rules.yml"],
    evaluation_interval: renderDuration(stepSeconds),
    group_eval_order: groupOrder,
    tests: tests.map(({ name, series, checks }) => ({
      name,
      interval: renderDuration(stepSeconds),
      input_series: series.map((row) => ({ series: row.series, values: renderValues(row.values) })),
      alert_rule_test: checks.map(({ step, alert, firing }) => ({
        eval_time: renderDuration(step * stepSeconds),
        alertname: alert,
        exp_alerts: firing.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
      })),
    })),
  };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}
