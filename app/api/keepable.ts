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
  if (typeof value === "number")
    return Number.isFinite(value) ? undefined : { path: [], reason: "is not a finite number" };
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === limits.jsonDepth) return { path: [], reason: `is nested deeper than ${limits.jsonDepth} levels` };
  for (const [key, inner] of Object.entries(value)) {
    const found = isKeepable(key)
      ? findUnkeepable(inner, depth + 1)
      : { path: [], reason: "has a name that cannot be kept" };
    if (found) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}

export const unkeepableText = "has a NUL or half of a surrogate pair, which cannot be kept";
