import axe from "axe-core";
import type { Page } from "playwright-core";
import { z } from "zod";

const resultSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullish(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** What axe calls serious or critical on the page as it is now, a line each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // By the debugger, for which the page's own policy does not count.
  await page.evaluate(axe.source);
  const result = resultSchema.parse(await page.evaluate("axe.run(document, { resultTypes: ['violations'] })"));
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}
