import type { BenchPart, BenchResult } from "./part.ts";
import { renderTable } from "./table.ts";

export interface Section {
  readonly part: Pick<BenchPart, "title">;
  readonly result: BenchResult;
}

function renderSection({ part, result }: Section): readonly string[] {
  const { tables, charts, notes, misses } = result;
  return [
    `## ${part.title}`,
    ...Object.keys(charts).map((file) => `![${part.title}](${file})`),
    ...tables.flatMap((table) => [`### ${table.title}`, renderTable(table)]),
    ...(misses.length > 0 ? [`**Aims missed:**\n\n${misses.map((line) => `- ${line}`).join("\n")}`] : []),
    ...(notes.length > 0 ? [notes.map((line) => `- ${line}`).join("\n")] : []),
  ];
}

/** All results as one page of Markdown. */
export function renderPage(options: {
  readonly quick: boolean;
  /** When and on what it was measured: a line each. */
  readonly circumstances: readonly string[];
  readonly sections: readonly Section[];
  /** The parts that were asked for and did not come to their end. */
  readonly missing: readonly string[];
}): string {
  const { quick, circumstances, sections, missing } = options;
  const blocks = [
    "# What telemetry costs",
    ...(quick ? ["**A quick run, to see that everything works: its figures mean nothing.**"] : []),
    ...(missing.length > 0 ? [`**Not complete: ${missing.join(", ")} did not come to an end.**`] : []),
    circumstances.map((line) => `- ${line}`).join("\n"),
    ...sections.flatMap(renderSection),
  ];
  return `${blocks.join("\n\n")}\n`;
}
