import { endpoints } from "./catalogue/endpoints.ts";

const budgets = new Map(
  Object.values(endpoints).map(({ method, route, budgetSeconds }) => [`${method} ${route}`, budgetSeconds * 1_000]),
);

/** The documented response time of an endpoint: what took longer is worth a trace. */
export function readBudgetMs(method: string, route: string): number | undefined {
  return budgets.get(`${method} ${route}`);
}
