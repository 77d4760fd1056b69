import { renderOptions } from "./options.ts";

export * from "./flows.ts";
export { handleSummary } from "./summary.ts";
export const options = renderOptions("load");
