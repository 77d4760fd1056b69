export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** As many cells as there are columns, each. */
  readonly rows: readonly (readonly string[])[];
}

/** What a cell holds where there is nothing to tell. */
export const nothing = "–";

const beginsAsNumber = /^[-–\d]/;

/** A Markdown table; columns whose cells are all numbers stand to the right. */
export function renderTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rules = columns.map((_, n) => (rows.every((row) => beginsAsNumber.test(row[n] ?? "")) ? "---:" : "---"));
  return [line(columns), line(rules), ...rows.map(line)].join("\n");
}
