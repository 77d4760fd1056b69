import type { Attributes } from "@opentelemetry/api";
import { spanLimits as limits } from "./span-export.ts";

/** How many attributes there are, where all can be taken as they are; undefined where the SDK's rules would change one. */
export function countPlain(attributes: Attributes): number | undefined {
  let count = 0;
  for (const key in attributes) {
    const value = attributes[key];
    const isPlain =
      typeof value === "string"
        ? value.length <= limits.attributeValueLengthLimit
        : typeof value === "number" || typeof value === "boolean";
    if (!isPlain || key === "") return undefined;
    count += 1;
  }
  return count <= limits.attributeCountLimit ? count : undefined;
}
