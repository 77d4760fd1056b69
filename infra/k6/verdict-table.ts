import type { Dropped, Verdict } from "./verdicts.ts";

/** A number as people read it: `12.31 ms`, `0.4 %`, `3`. */
export function renderValue(value: number, unit: Verdict["unit"]): string {
  if (unit === "count") return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
  const [scaled, name] = unit === "ms" ? [value, "ms"] : [value * 100, "%"];
  return `${scaled.toLocaleString("en-GB", { maximumFractionDigits: 2 })} ${name}`;
}

const states = { kept: "kept", broken: "BROKEN", "not measured": "NOT MEASURED" } as const;

function renderVerdict({ title, unit, measured, documented, comparator, limit, state }: Verdict): readonly string[] {
  return [
    title,
    measured === undefined ? "—" : renderValue(measured, unit),
    `${documented ? "documented" : "allowed"} ${comparator} ${renderValue(limit, unit)}: ${states[state]}`,
  ];
}

/** One line a verdict: `GET /api/ping p95   12.31 ms, documented < 10 ms: BROKEN`. */
export function renderVerdicts(verdicts: readonly Verdict[]): readonly string[] {
  const rows = verdicts.map(renderVerdict);
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const [titles, values] = [width(0), width(1)];
  return rows.map(
    ([title = "", value = "", demand = ""]) => `${title.padEnd(titles)}  ${value.padStart(values)}, ${demand}`,
  );
}

/** Says plainly whether the generator has offered what it was to. */
export function renderDropped({ count, share }: Dropped): string {
  if (count === 0) return "dropped iterations, whole run: none, all that was to be offered was";
  return (
    `dropped iterations, whole run: ${renderValue(count, "count")} (${renderValue(share, "share")}): ` +
    "the generator could not offer so much of what was asked"
  );
}
