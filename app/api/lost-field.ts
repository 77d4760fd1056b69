import { limits } from "../catalogue/limits.ts";

const lost = "__proto__";

/**
 * Where a parsed body has a field named `__proto__`: to JSON it is a name like any other, but a schema's result lacks it
 * without a word. Deeper than any schema goes nothing is looked at, as the schema refuses that.
 */
export function findLostField(value: unknown, depth = 0): readonly string[] | undefined {
  if (typeof value !== "object" || value === null || depth > limits.jsonDepth + 1) return undefined;
  if (Object.hasOwn(value, lost)) return [lost];
  // Names are made only for the place that is found: a body may be one list of half a million numbers.
  let found: readonly string[] | undefined;
  const place = Object.values(value).findIndex((inner) => {
    found = findLostField(inner, depth + 1);
    return found !== undefined;
  });
  return found && [Object.keys(value)[place] ?? "", ...found];
}
