import { describe, expect } from "@jest/globals";
import { metrics } from "../app/catalogue/metrics.ts";
import { failingTests, type Rule, testNames, testWithPromtool } from "./rule-bench.ts";

/** The threshold one step further, or two per cent where any number is a threshold. */
function moveThreshold(rule: Rule, direction: 1 | -1): Rule {
  const ratio = /success_rate/.test(rule.expr);
  const histogram = /histogram_quantile/.test(rule.expr);
  const move = (threshold: number) => {
    if (ratio) return threshold + 0.001 * direction;
    if (rule.expr.includes("burn_rate")) return threshold * (1 + 0.02 * direction);
    if (histogram) {
      const buckets: readonly number[] = Object.entries(metrics).flatMap(([name, row]) =>
        "buckets" in row && rule.expr.includes(name.replaceAll(".", "_")) ? row.buckets : [],
      );
      return buckets[buckets.indexOf(threshold) + direction] ?? Number.NaN;
    }
    return threshold + (rule.expr.includes(" / ") ? 2 : 1) * direction;
  };
  const expr = rule.expr.replaceAll(/ (>|<|==) ([\d.]+)/g, (_, operator: string, threshold: string) =>
    operator === "=="
      ? ` == ${1 - Number(threshold)}`
      : ` ${operator} ${Number(move(Number(threshold)).toPrecision(12))}`,
  );
  return { ...rule, expr };
}

/** Mistakes that could be made in any rule. */
const everywhere: readonly {
  readonly mistake: string;
  readonly change: (rule: Rule) => Rule;
  readonly spares: readonly string[];
}[] = [
  { mistake: "a threshold a step higher", change: (rule: Rule) => moveThreshold(rule, 1), spares: [] },
  // What always is 1 is above a lower threshold too; the long histories are tried once.
  {
    mistake: "a threshold a step lower",
    change: (rule: Rule) => moveThreshold(rule, -1),
    spares: ["Watchdog.yml", ...testNames.filter((file) => /BudgetBurn-[16]h/.test(file))],
  },
];

/** Files that take little time, one of each kind of condition. */
const quick = [
  "QueueSizeHigh.yml",
  "JobSuccessRateLow.yml",
  "ComfyuiDown.yml",
  "WebrtcConnectionSlow.yml",
  "QueueWaitLong.yml",
  "TelemetrySourceSilent.yml",
  "NotificationsFailing.yml",
  "LatencyBudgetBurn-3d.yml",
];

const double = (duration: string) => duration.replace(/^\d+/, (count) => String(Number(count) * 2));
const somewhere = [
  {
    mistake: "a `for` of twice the time",
    change: (rule: Rule) => (rule.for === undefined ? rule : { ...rule, for: double(rule.for) }),
  },
  { mistake: "no `for`", change: (rule: Rule) => ({ ...rule, for: undefined }) },
  { mistake: "another severity", change: (rule: Rule) => ({ ...rule, labels: { ...rule.labels, severity: "page" } }) },
  { mistake: "no labels", change: (rule: Rule) => ({ ...rule, labels: {} }) },
  {
    mistake: "an annotation more",
    change: (rule: Rule) => ({ ...rule, annotations: { ...rule.annotations, note: "!" } }),
  },
  {
    mistake: "another description",
    change: (rule: Rule) => ({ ...rule, annotations: { ...rule.annotations, description: "!" } }),
  },
  { mistake: "no rule", change: () => undefined },
] as const;

describe("the rules' tests notice", () => {
  testWithPromtool.each(everywhere)(
    "$mistake, in every alert",
    async ({ change, spares }) => {
      const subjects = testNames.filter((file) => file !== "fresh-start.yml" && !spares.includes(file));
      expect(await failingTests(subjects, change)).toEqual(subjects.sort());
    },
    180_000,
  );

  testWithPromtool.each(somewhere)("$mistake", async ({ change }) => {
    expect(await failingTests(quick, change)).toEqual([...quick].sort());
  });

  testWithPromtool("that a cause no longer silences", async () => {
    const change = (rule: Rule) => ({ ...rule, expr: rule.expr.replace(/ unless on \(\) .*$/, "") });
    const symptoms = ["QueueSizeHigh.yml", "QueueWaitLong.yml", "LatencyBudgetBurn-3d.yml"];
    expect(await failingTests(symptoms, change)).toEqual(symptoms.sort());
  });

  testWithPromtool("that an alert ends, and is told of its end to nobody, when a cause begins", async () => {
    const change = (rule: Rule) => ({ ...rule, expr: rule.expr.replace(/ unless on \(\) ALERTS\{[^}]*\}\)$/, ")") });
    expect(await failingTests(["escalation.yml"], change)).toEqual(["escalation.yml"]);
  });

  testWithPromtool("that a rule hears of what it does not mean", async () => {
    const change = (rule: Rule) => ({ ...rule, expr: rule.expr.replace(/\{[^}]*\}/, "") });
    const subjects = ["ComfyuiDown.yml", "QueueDown.yml", "ResponseTimeHigh.yml", "RemediationFailed.yml"];
    expect(await failingTests(subjects, change)).toEqual(subjects.sort());
  });

  testWithPromtool("that something fires before anything has happened", async () => {
    const change = (rule: Rule) => ({
      ...rule,
      expr: rule.expr.replace(/^max\(dashboard_queue_health\)/, "(max(dashboard_queue_health) or vector(1))"),
    });
    expect(await failingTests(["fresh-start.yml"], change)).toEqual(["fresh-start.yml"]);
  });
});
