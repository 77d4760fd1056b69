import { endpoints } from "./catalogue/endpoints.ts";
import { pageRouteNames, pageRoutes } from "./catalogue/status-page.ts";

const documented = [
  ...Object.values(endpoints),
  ...pageRouteNames.map((name) => pageRoutes[name]).filter((row) => "budgetSeconds" in row),
];
const budgets = new Map(
  documented.map(({ method, route, budgetSeconds }) => [`${method} ${route}`, budgetSeconds * 1_000]),
);

const streams: ReadonlySet<string> = new Set(
  pageRouteNames.map((name) => pageRoutes[name]).flatMap((row) => ("budgetSeconds" in row ? [] : [row.route])),
);

/** Whether a path stays open for as long as a page is: its time would be taken for a response time. */
export function isStream(path: string): boolean {
  return streams.has(path);
}

/** The documented response time of an endpoint: what took longer is worth a trace. */
export function readBudgetMs(method: string, route: string): number | undefined {
  return budgets.get(`${method} ${route}`);
}
