import { limits } from "../catalogue/limits.ts";

interface Finding {
  readonly path: readonly string[];
  readonly reason: string;
}

/** Whether Postgres can keep the text: it takes neither NUL nor half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** What JSON can say and `jsonb` cannot keep, or not as it was said: the first such place in a parsed value. */
export function findUnkeepable(value: unknown, depth = 0): Finding | undefined {
  if (typeof value === "string") return isKeepable(value) ? undefined : { path: [], reason: unkeepableText };
  if (typeof value === "number") {
    const reason = explainNumber(value);
    return reason === undefined ? undefined : { path: [], reason };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === limits.jsonDepth) return { path: [], reason: `is nested deeper than ${limits.jsonDepth} levels` };
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) {
    const found =
      typeof key === "number" || isKeepable(key)
        ? findUnkeepable(inner, depth + 1)
        : { path: [], reason: "has a name that cannot be kept" };
    if (found) return { ...found, path: [String(key), ...found.path] };
  }
  return undefined;
}

/** A larger integer has been rounded by the time it is parsed: a seed would be another one, and nobody would know. */
function explainNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return "is not a finite number";
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded ? "is an integer beyond ±(2^53 − 1), which cannot be kept exactly" : undefined;
}

export const unkeepableText = "has a NUL or half of a surrogate pair, which cannot be kept";
