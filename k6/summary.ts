import { summaryFile } from "./target.ts";

/** Writes everything that k6 knows at the end as JSON. */
export function handleSummary(data: object): Record<string, string> {
  return { [summaryFile]: `${JSON.stringify(data, null, 2)}\n` };
}
