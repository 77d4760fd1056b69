import type { Overrides } from "./plan.ts";

/** The service, without a slash at the end. */
export const url = (__ENV.BASE_URL ?? "http://127.0.0.1:3000").replace(/\/+$/, "");
export const apiKey = __ENV.API_KEY ?? "";
/** Where the summary is written; to the terminal unless told. */
export const summaryFile = __ENV.SUMMARY_FILE ?? "stdout";
/** What the run does otherwise than the catalogue says, as JSON. */
export const overrides: Overrides = JSON.parse(__ENV.OVERRIDES ?? "{}");
