import type { GridPos } from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's grid has this many columns. */
const columns = 24;
const height = 8;

/** Places panels one after the other, as words in lines. Widths are in columns. */
export function layOut<T extends { readonly width: number }>(
  items: readonly T[],
): readonly { readonly item: T; readonly gridPos: GridPos }[] {
  let x = 0;
  let y = 0;
  return items.map((item) => {
    const w = item.width;
    if (w < 1 || w > columns) throw new RangeError(`a panel of ${w} columns: 1 to ${columns} are allowed`);
    if (x + w > columns) {
      x = 0;
      y += height;
    }
    const gridPos = { x, y, w, h: height };
    x += w;
    return { item, gridPos };
  });
}
