import type { Handlers } from "./call.ts";
import { Problem } from "./problem.ts";

/** The page of an alert, in Markdown; `undefined` when there is none. */
export type RenderRunbook = (alert: string) => string | undefined;

export function createRunbookHandler(options: { readonly renderRunbook: RenderRunbook }): Pick<Handlers, "runbook"> {
  return {
    runbook: ({ path: { alert } }) => {
      const body = options.renderRunbook(alert);
      if (body === undefined) throw new Problem("not-found", `There is no runbook of an alert named ${alert}`);
      return { status: 200, body, headers: { "Content-Disposition": "inline" } };
    },
  };
}
