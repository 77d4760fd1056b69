import type { Paint, Tone } from "./paint.ts";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

const gap = "  ";

/** Shortened to what fits; everything with a width of `undefined`, as where no terminal is. */
function shorten(text: string, width: number | undefined): string {
  const letters = Array.from(text);
  if (width === undefined || letters.length <= width) return text;
  return width < 1 ? "" : `${letters.slice(0, width - 1).join("")}…`;
}

/** The widest text of each column. */
export function measureColumns(rows: readonly (readonly Cell[])[]): readonly number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...rows.map((row) => Array.from(row[i]?.text ?? "").length)),
  );
}

/** One row: padded to the columns' widths, the last cell cut to what is left of the line. */
export function renderRow(
  cells: readonly Cell[],
  { widths, paint, columns }: { readonly widths: readonly number[]; readonly paint: Paint; readonly columns?: number },
): string {
  let left = columns;
  const parts = cells.map(({ text, tone }, i) => {
    const last = i === cells.length - 1;
    const shown = last ? shorten(text, left) : text;
    const padding = last ? "" : " ".repeat(Math.max(0, (widths[i] ?? 0) - Array.from(shown).length));
    if (left !== undefined) left = Math.max(0, left - Math.max(widths[i] ?? 0, Array.from(shown).length) - gap.length);
    return (tone === undefined ? shown : paint(tone, shown)) + padding;
  });
  return parts.join(gap).trimEnd();
}

/** Rows below each other. `columns` is how wide the terminal is; without, nothing is cut. */
export function renderTable(
  rows: readonly (readonly Cell[])[],
  options: { readonly paint: Paint; readonly columns?: number },
): readonly string[] {
  const widths = measureColumns(rows);
  return rows.map((row) => renderRow(row, { widths, ...options }));
}
