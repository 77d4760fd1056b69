import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGoodput, type StressSummary } from "./goodput.ts";
import { renderGoodputChart } from "./goodput-chart.ts";
import { listBrokenPromises, renderGoodput } from "./goodput-verdict.ts";

/**
 * Writes `goodput.md` and `goodput.svg` of a stress run into `folder`.
 * @returns the table to print, and which of the promises about overload the run did not keep.
 * @throws Error for the summary of anything else.
 */
export async function writeGoodputReport(run: { readonly folder: string; readonly summary: StressSummary }) {
  const goodput = readGoodput(run.summary);
  const report = renderGoodput(goodput);
  await writeFile(join(run.folder, "goodput.md"), report);
  await writeFile(join(run.folder, "goodput.svg"), renderGoodputChart(goodput));
  return { lines: report.trimEnd().split("\n"), failed: listBrokenPromises(goodput) };
}
