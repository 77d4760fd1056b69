import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Faults, FaultsPatchSchema } from "./faults.ts";
import type { Gallery } from "./gallery.ts";
import { GraphSchema } from "./graph.ts";
import type { PromptQueue } from "./prompt-queue.ts";
import { validatePrompt } from "./validation.ts";
import { demoVersion } from "./version.ts";

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly png?: Buffer;
}

/** `body` is undefined for an empty one. A body that is not JSON never gets here. */
interface Request {
  readonly url: URL;
  readonly body: unknown;
}

export type Handler = (request: Request) => Reply | Promise<Reply>;

export const faultsPath = "/demo/faults";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SubmissionSchema = z.object({
  prompt: GraphSchema.optional(),
  prompt_id: z.unknown().optional(),
  client_id: z.string().optional(),
  extra_data: z.record(z.string(), z.unknown()).optional(),
});
const DeletionSchema = z.object({ delete: z.array(z.string()).default([]), clear: z.boolean().default(false) });
const InterruptionSchema = z.object({ prompt_id: z.string().optional() }).default({});

const done: Reply = { status: 200 };
const ok = (json: unknown): Reply => ({ status: 200, json });
const refuse = (error: unknown, node_errors: unknown = {}): Reply => ({ status: 400, json: { error, node_errors } });

/** ComfyUI's routes (its `server.py`) as far as a client of the API needs them, and `/demo/faults`. */
export function createRoutes(parts: {
  readonly queue: PromptQueue;
  readonly gallery: Gallery;
  readonly faults: Faults;
}): Readonly<Record<string, Handler>> {
  const { queue, gallery, faults } = parts;
  let number = 0;

  return {
    "POST /prompt": ({ body }) => {
      const submission = SubmissionSchema.parse(body);
      if (!submission.prompt) {
        const message = "No prompt provided";
        return refuse({ type: "no_prompt", message, details: message, extra_info: {} });
      }
      const id = submission.prompt_id ?? randomUUID();
      if (typeof id !== "string" || !uuid.test(id)) {
        const details = "prompt_id must be a UUID string in canonical lowercase hyphenated form; or leave it out";
        const message = "prompt_id must be a valid UUID";
        return refuse({ type: "invalid_prompt_id", message, details, extra_info: {} });
      }
      const { error, outputs, nodeErrors } = validatePrompt(submission.prompt);
      if (error) return refuse(error, nodeErrors);
      const client = submission.client_id === undefined ? {} : { client_id: submission.client_id };
      const extraData = { ...submission.extra_data, ...client, create_time: Date.now() };
      queue.submit({ number, id, graph: submission.prompt, extraData, outputs });
      number += 1;
      return ok({ prompt_id: id, number: number - 1, node_errors: nodeErrors });
    },
    "GET /prompt": () => ok({ exec_info: { queue_remaining: queue.remaining() } }),
    "GET /queue": () => ok(queue.show()),
    "POST /queue": ({ body }) => {
      const { delete: ids, clear } = DeletionSchema.parse(body);
      queue.delete(clear ? queue.show().queue_pending.map(([, id]) => String(id)) : ids);
      return done;
    },
    "POST /interrupt": ({ body }) => {
      queue.interrupt(InterruptionSchema.parse(body).prompt_id);
      return done;
    },
    "GET /history": () => ok(queue.history()),
    "GET /history/:id": ({ url }) => ok(queue.history(decodeURIComponent(url.pathname.slice("/history/".length)))),
    "POST /history": ({ body }) => {
      const { delete: ids, clear } = DeletionSchema.parse(body);
      for (const id of clear ? Object.keys(queue.history()) : ids) queue.forget(id);
      return done;
    },
    "GET /view": async ({ url }) => {
      const view = await gallery.view(url.searchParams);
      return typeof view === "number" ? { status: view } : { status: 200, png: view };
    },
    "GET /system_stats": () => ok(systemStats),
    [`GET ${faultsPath}`]: () => ok(faults),
    [`POST ${faultsPath}`]: ({ body }) => {
      const patch = FaultsPatchSchema.safeParse(body);
      if (!patch.success) return { status: 400, json: { error: z.prettifyError(patch.error) } };
      return ok(Object.assign(faults, patch.data));
    },
  };
}

/** There is no hardware to speak of; the version tells a client that these pictures are not real ones. */
const systemStats = {
  system: {
    os: process.platform,
    ram_total: 0,
    ram_free: 0,
    comfyui_version: demoVersion,
    python_version: "none",
    pytorch_version: "none",
    embedded_python: false,
    argv: [],
  },
  devices: [],
} as const;
