import type { Attributes } from "@opentelemetry/api";

/** As many series an instrument has at most, as in OpenTelemetry's SDK; what comes after them is counted as one. */
const cardinalityLimit = 2_000;
const overflow: Attributes = { "otel.metric.overflow": true };
const none: Attributes = Object.freeze({});

/** The same for the same attributes, in whichever order they are, and for no others: texts have their lengths before them. */
function keyOf(attributes: Attributes): string {
  const names = Object.keys(attributes);
  if (names.length > 1) names.sort();
  let key = "";
  for (const name of names) {
    const value = attributes[name];
    const rendered = typeof value === "string" ? `"${value.length}:${value}` : `${JSON.stringify(value)};`;
    key += `${name.length}:${name}${rendered}`;
  }
  return key;
}

/** Whether both have the same names and values. It may say no to what {@link keyOf} has one key for, but never yes to another. */
function isSame(attributes: Attributes, known: Attributes, knownCount: number): boolean {
  let count = 0;
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined || value !== known[name]) return false;
    count += 1;
  }
  return count === knownCount;
}

/**
 * The series of one instrument by their attributes. An attribute set that is frozen is known again by its identity,
 * without a look at what is in it: a caller on a hot path makes each of its sets once. Any other is compared with the last
 * one first, as most are the same.
 */
export function createSeriesIndex<S extends object>(create: (attributes: Attributes) => S) {
  const byKey = new Map<string, S>();
  const byIdentity = new WeakMap<Attributes, S>();
  let last: { readonly attributes: Attributes; readonly count: number; readonly series: S } | undefined;

  function find(attributes: Attributes): S {
    const wanted = keyOf(attributes);
    const known = byKey.get(wanted);
    if (known !== undefined) return known;
    // The last place is the overflow's.
    const full = byKey.size >= cardinalityLimit - 1;
    const [key, own] = full ? [keyOf(overflow), overflow] : [wanted, attributes];
    const series = byKey.get(key) ?? create(Object.freeze({ ...own }));
    byKey.set(key, series);
    return series;
  }

  return {
    of(attributes: Attributes = none): S {
      const known = byIdentity.get(attributes);
      if (known !== undefined) return known;
      if (last !== undefined && isSame(attributes, last.attributes, last.count)) return last.series;
      const series = find(attributes);
      if (Object.isFrozen(attributes)) byIdentity.set(attributes, series);
      else last = { attributes: { ...attributes }, count: Object.keys(attributes).length, series };
      return series;
    },
    all: (): Iterable<S> => byKey.values(),
  };
}
