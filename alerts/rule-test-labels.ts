import { anyValue, type MetricRow } from "../app/catalogue/metrics.ts";
import { type SignalName, signals } from "../app/catalogue/signals.ts";

export type Labels = Readonly<Record<string, string>>;

type Matcher = string | readonly string[] | { readonly not: readonly string[] } | { readonly matches: string };
/** Which series of a metric, by its labels in the catalogue's spelling. */
export type Matchers = Readonly<Record<string, Matcher>>;

const rows: Readonly<Record<SignalName, Pick<MetricRow, "labels">>> = signals;

function isList(matcher: Matcher): matcher is readonly string[] {
  return Array.isArray(matcher);
}

function accepts(matcher: Matcher, value: string): boolean {
  if (typeof matcher === "string") return matcher === value;
  if (isList(matcher)) return matcher.includes(value);
  return "not" in matcher ? !matcher.not.includes(value) : new RegExp(`^(?:${matcher.matches})$`).test(value);
}

/** Values that a matcher speaks of; of a regular expression the text with a digit for each dot. */
function valuesIn(matcher: Matcher): readonly string[] {
  if (typeof matcher === "string") return [matcher];
  if (isList(matcher)) return matcher;
  return "not" in matcher ? matcher.not : [matcher.matches.replaceAll(".", "0")];
}

/** The labels of a metric and those that Prometheus adds, each with the values that it may have in a test. */
function candidatesOf(metric: SignalName, matchers: readonly Matchers[]): Readonly<Record<string, readonly string[]>> {
  const labels = { job: anyValue, instance: anyValue, ...rows[metric].labels };
  return Object.fromEntries(
    Object.entries(labels).map(([label, allowed]) => {
      const named = matchers.flatMap(({ [label]: matcher }) => (matcher === undefined ? [] : valuesIn(matcher)));
      return [label, typeof allowed === "string" ? [`a-${label}`, ...named] : allowed];
    }),
  );
}

/** A value for each label that `wanted` accepts and `refused` does not; nothing when a label has none. */
function chooseLabels(metric: SignalName, wanted: Matchers, refused: Matchers): Labels | undefined {
  const chosen: Record<string, string> = {};
  for (const [label, candidates] of Object.entries(candidatesOf(metric, [wanted, refused]))) {
    const [want, refuse] = [wanted[label], refused[label]];
    const value = candidates.find(
      (candidate) =>
        (want === undefined || accepts(want, candidate)) && (refuse === undefined || !accepts(refuse, candidate)),
    );
    if (value === undefined) return undefined;
    chosen[label] = value;
  }
  return chosen;
}

/** Whether a series with these labels is meant. */
export function meets(wanted: Matchers, labels: Labels): boolean {
  return Object.entries(wanted).every(([label, matcher]) => accepts(matcher, labels[label] ?? ""));
}

/**
 * The labels of a series that is meant.
 * @throws Error when the metric's labels take no such values.
 */
export function labelsOf(metric: SignalName, wanted: Matchers, refused: Matchers = {}): Labels {
  const labels = chooseLabels(metric, wanted, refused);
  if (labels !== undefined) return labels;
  throw new Error(`no labels of ${metric} are ${JSON.stringify(wanted)} and not ${JSON.stringify(refused)}`);
}

/**
 * The labels of series that are not meant, for one reason each: a value that one of the matchers does not accept. A rule
 * must not hear of them, however bad they are.
 */
export function labelsBeside(metric: SignalName, wanted: Matchers, further: Matchers = {}): readonly Labels[] {
  const candidates = candidatesOf(metric, [wanted]);
  return Object.entries(wanted).flatMap(([label, matcher]) =>
    (candidates[label] ?? [])
      .filter((value) => !accepts(matcher, value))
      .map((value) => labelsOf(metric, { ...wanted, ...further, [label]: value })),
  );
}

/** Every combination of the values that a metric's own labels take. */
export function allLabels(metric: SignalName): readonly Labels[] {
  return Object.entries(rows[metric].labels).reduce<readonly Labels[]>(
    (sets, [label, allowed]) =>
      (typeof allowed === "string" ? [`a-${label}`] : allowed).flatMap((value) =>
        sets.map((labels) => ({ ...labels, [label]: value })),
      ),
    [{}],
  );
}

export const labelName = (label: string) => label.replaceAll(".", "_");

export function renderSeriesName(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${labelName(label)}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(", ")}}`;
}
