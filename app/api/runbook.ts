import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Handlers } from "./call.ts";
import { Problem } from "./problem.ts";

/** The page of an alert, in Markdown; `undefined` when there is none. */
export type ReadRunbook = (alert: string) => Promise<string | undefined>;

export function createRunbookHandler(options: { readonly readRunbook: ReadRunbook }): Pick<Handlers, "runbook"> {
  return {
    runbook: async ({ path: { alert } }) => {
      const body = await options.readRunbook(alert);
      if (body === undefined) throw new Problem("not-found", `There is no runbook of an alert named ${alert}`);
      return { status: 200, body, headers: { "Content-Disposition": "inline" } };
    },
  };
}

const generated = fileURLToPath(new URL("../../alerts/generated/runbooks", import.meta.url));

/** Reads `<alert>.md` of a folder: by default that of the pages generated from the catalogue. */
export function createRunbookReader({ folder = generated }: { readonly folder?: string } = {}): ReadRunbook {
  return async (alert) => {
    const file = join(folder, `${alert}.md`);
    try {
      // The contract lets only letters pass: the name cannot lead out of the folder.
      return await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(`cannot read the runbook ${file}`, { cause: error });
    }
  };
}
