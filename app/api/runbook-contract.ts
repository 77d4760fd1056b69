import { z } from "zod";
import type { Contract } from "./contract.ts";

export const runbookContracts = {
  runbook: {
    path: z.object({
      alert: z
        .string()
        // Pages link to each other by their files' names.
        .regex(/^[A-Za-z]{1,64}(\.md)?$/)
        .transform((name) => name.replace(/\.md$/, ""))
        .meta({ example: "ComfyuiDown" }),
    }),
    answers: {
      200: {
        description: "The page, in Markdown",
        schema: z.string(),
        // Browsers show plain text, and offer Markdown for download.
        contentType: "text/plain; charset=utf-8",
        headers: z.object({ "Content-Disposition": z.literal("inline") }),
      },
    },
  },
} as const satisfies Record<string, Contract>;
