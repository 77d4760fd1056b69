import type { Condition } from "../../app/catalogue/conditions.ts";
import { rateWindowSeconds } from "../../app/catalogue/scrape.ts";
import { signals } from "../../app/catalogue/signals.ts";
import { renderDuration } from "../../app/telemetry/duration.ts";
import { signalName } from "../../app/telemetry/promql.ts";
import { sayThreshold } from "../wording.ts";

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** A time for people: `8 min 30 s`. It is not scaled: what is given is what is said. */
export function sayTime(seconds: number): string {
  const parts = units.map(([unit, size], i) => {
    const larger = units[i - 1]?.[1] ?? Number.POSITIVE_INFINITY;
    return [Math.floor((seconds % larger) / size), unit] as const;
  });
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length === 0 ? `${seconds} s` : said.join(" ");
}

/** A share of 1 for people: `99.9 %`. */
export function sayShare(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** What is done to a metric before it is compared. */
function sayMeasure(condition: Exclude<Condition, { readonly always: true }>): string {
  const metric = `\`${signalName(condition.metric)}\``;
  if ("quantile" in condition)
    return `p${condition.quantile * 100} of ${metric} over ${renderDuration(rateWindowSeconds)}`;
  if ("mean" in condition) return `mean of ${metric} over ${renderDuration(rateWindowSeconds)}`;
  if ("age" in condition) return `age of ${metric}`;
  if ("increase" in condition) return `increase of ${metric}`;
  return metric;
}

/** The labels that are asked for by one value; longer choices stand in the expression. */
function sayWhere({ where = {} }: { readonly where?: Readonly<Record<string, unknown>> }): string {
  const said = Object.entries(where).flatMap(([label, value]) =>
    typeof value === "string" ? [`${label} ${value}`] : [],
  );
  return said.length === 0 ? "" : ` (${said.join(", ")})`;
}

/** When a condition holds, in words with its threshold. */
export function sayCondition(condition: Condition): string {
  if ("always" in condition) return "always";
  const held = "is" in condition ? signals[condition.metric].states[condition.is] : sayThreshold(condition);
  return `${sayMeasure(condition)}${sayWhere(condition)} is ${held}`;
}
