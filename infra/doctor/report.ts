import type { Result } from "./check.ts";
import type { Finding } from "./finding.ts";

const signs = { fine: "✓", warning: "!", wrong: "✗" } as const satisfies Record<Finding["state"], string>;
/** ANSI: green, yellow, red. */
const colours = { fine: 32, warning: 33, wrong: 31 } as const satisfies Record<Finding["state"], number>;

/** What follows continues below the text, not below the sign. */
const indent = "  ";

/** A line for each result, and one below it that says how to mend it. In colours for a terminal. */
export function renderReport(results: readonly Result[], { terminal }: { readonly terminal: boolean }): string {
  const width = Math.max(0, ...results.map(({ title }) => title.length));
  const paint = (state: Finding["state"], text: string) =>
    terminal ? `\u001B[${colours[state]}m${text}\u001B[0m` : text;
  const margin = `${indent}${" ".repeat(width)}${indent}`;
  const lines = results.flatMap((result) => [
    `${paint(result.state, signs[result.state])} ${result.title.padEnd(width)}${indent}${result.found.replaceAll("\n", `\n${margin}`)}`,
    ...(result.state === "fine" ? [] : [`${margin}→ ${result.mend}`]),
  ]);
  return `${lines.join("\n")}\n`;
}
