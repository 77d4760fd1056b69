import { renderBarChart } from "../chart.ts";
import type { Spread } from "../rounds.ts";
import { nothing, type Table } from "../table.ts";
import type { Finding } from "./findings.ts";
import { backends, telemetries } from "./variants.ts";

/** The least share of the jobs whose spans all arrived: who loses them has exported nothing of them. */
const shareMin = 0.99;

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const fraction = (value: number) => value.toFixed(2);
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
const spread = ({ median, min, max }: Spread, render: (value: number) => string) =>
  `${render(median)} (${render(min)}–${render(max)})`;
const labelOf = ({ telemetry, backend }: Finding) => `${telemetries[telemetry].label}, on ${backends[backend]}`;

export function renderFindings(findings: readonly Finding[]): Table {
  return {
    title: "Jobs added and processed",
    columns: [
      ...["", "jobs/s", "ratio to BullMQ", "p50 ms", "p99 ms"],
      ...["CPU µs/job", "allocated bytes/job", "RSS MiB", "spans/job", "jobs with both spans"],
    ],
    rows: findings.map((finding) => [
      labelOf(finding),
      spread(finding.jobsPerSecond, whole),
      spread(finding.ratio, fraction),
      fraction(finding.p50Ms.median),
      fraction(finding.p99Ms.median),
      spread(finding.cpuMicrosecondsPerJob, whole),
      whole(finding.allocatedBytesPerJob.median),
      whole(finding.residentBytes.median / 2 ** 20),
      finding.spans === undefined ? nothing : fraction(finding.spans.perJob.median),
      finding.spans === undefined ? nothing : percent(finding.spans.share.min),
    ]),
  };
}

export function renderChart(findings: readonly Finding[]): string {
  return renderBarChart({
    title: "Jobs a second, beside BullMQ alone on the same backend",
    description: "Horizontal bars: the ratio to BullMQ alone. The thin line is the spread of the rounds.",
    bars: findings.map((finding) => ({
      label: labelOf(finding),
      value: finding.ratio.median,
      range: [finding.ratio.min, finding.ratio.max] as const,
      ...(finding.aim !== undefined && { aim: finding.aim }),
    })),
    renderValue: fraction,
  });
}

/** The aims that were missed, a sentence each. */
export function listMisses(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap((finding) => {
    const { aim, ratio, spans } = finding;
    if (aim === undefined) return [];
    return [
      ...(ratio.median < aim ? [`${labelOf(finding)}: ${fraction(ratio.median)} of BullMQ alone, must be ${aim}`] : []),
      ...(spans !== undefined && spans.share.min < shareMin
        ? [`${labelOf(finding)}: ${percent(spans.share.min)} of the jobs have both spans, must be ${percent(shareMin)}`]
        : []),
    ];
  });
}
