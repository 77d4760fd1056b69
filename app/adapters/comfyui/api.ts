import type { z } from "zod";
import {
  AcceptedSchema,
  type HistoryEntry,
  HistorySchema,
  type ImageRef,
  QueueSchema,
  RefusalSchema,
  SystemStatsSchema,
} from "./answers.ts";
import type { Workflow } from "./default-workflow.ts";
import { ComfyuiError } from "./errors.ts";
import { refusalError } from "./outcome.ts";
import type { ComfyuiTimings } from "./timings.ts";
import type { Answer, Transport } from "./transport.ts";

const jsonLimitBytes = 16 * 2 ** 20;
const imageLimitBytes = 64 * 2 ** 20;

export interface RenderedImage {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Where a prompt is. `unknown` after it was accepted means that the server has forgotten it. */
export type Place =
  | { readonly state: "pending" | "running" | "unknown" }
  | { readonly state: "ended"; readonly entry: HistoryEntry };

export type ComfyuiApi = ReturnType<typeof createComfyuiApi>;

/** ComfyUI's HTTP routes (its `server.py`), with every answer validated. Rejects with `ComfyuiError`. */
export function createComfyuiApi(options: { readonly transport: Transport; readonly timings: ComfyuiTimings }) {
  const { transport, timings } = options;

  function send(path: string, signal?: AbortSignal, body?: unknown): Promise<Answer> {
    const bounds = { deadlineMs: timings.requestMs, limitBytes: jsonLimitBytes };
    return transport({ path, ...bounds, ...(signal && { signal }), ...(body !== undefined && { body }) });
  }

  async function read<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return parse(path, await send(path, signal), schema);
  }

  /** Orders are answered with 200 and no body. */
  async function order(path: string, body: unknown, signal: AbortSignal): Promise<void> {
    expectOk(path, await send(path, signal, body));
  }

  async function readHistory(promptId: string, signal: AbortSignal): Promise<HistoryEntry | undefined> {
    return (await read(`history/${encodeURIComponent(promptId)}`, HistorySchema, signal))[promptId];
  }

  async function readQueue(promptId: string, signal: AbortSignal): Promise<"pending" | "running" | undefined> {
    const queue = await read("queue", QueueSchema, signal);
    if (queue.queue_running.some(([, id]) => id === promptId)) return "running";
    return queue.queue_pending.some(([, id]) => id === promptId) ? "pending" : undefined;
  }

  return {
    /**
     * Gives the id that the server took, its own when it is too old to take ours. No signal: whoever gives up while
     * this is under way could not know whether there is something to cancel.
     */
    async submit(prompt: {
      readonly promptId: string;
      readonly workflow: Workflow;
      readonly clientId: string;
    }): Promise<{ readonly promptId: string; readonly partly: boolean }> {
      const body = { prompt: prompt.workflow, client_id: prompt.clientId, prompt_id: prompt.promptId };
      const answer = await send("prompt", undefined, body);
      if (answer.status === 400) throw refusalError(parse("prompt", { ...answer, status: 200 }, RefusalSchema));
      const accepted = parse("prompt", answer, AcceptedSchema);
      return { promptId: accepted.prompt_id, partly: Object.keys(accepted.node_errors).length > 0 };
    },

    /** The queue is read first: a prompt leaves it for the history in one step, so it cannot be missed in both. */
    async locate(promptId: string, signal: AbortSignal): Promise<Place> {
      const state = await readQueue(promptId, signal);
      if (state) return { state };
      const entry = await readHistory(promptId, signal);
      return entry ? { state: "ended", entry } : { state: "unknown" };
    },

    /** Removes an ended prompt from the history, so that the next one of this id cannot be taken for it. */
    forget: (promptId: string, signal: AbortSignal) => order("history", { delete: [promptId] }, signal),

    /**
     * Taken out of the queue first: what is then running cannot have been pending. Old servers interrupt whatever
     * runs, so they are only asked when it is this prompt.
     */
    async cancel(promptId: string, signal: AbortSignal): Promise<void> {
      await order("queue", { delete: [promptId] }, signal);
      if ((await readQueue(promptId, signal)) === "running") {
        await order("interrupt", { prompt_id: promptId }, signal);
      }
    },

    async image(ref: ImageRef, signal: AbortSignal): Promise<RenderedImage> {
      const path = `view?${new URLSearchParams({ ...ref })}`;
      const bounds = { deadlineMs: timings.downloadMs, limitBytes: imageLimitBytes };
      const answer = await transport({ path, signal, ...bounds });
      expectOk(path, answer);
      // Whatever a custom node left there must not be served as a page later on.
      const media = /^(image|video)\//.test(answer.contentType);
      return { bytes: answer.bytes, contentType: media ? answer.contentType : "application/octet-stream" };
    },

    async version(signal: AbortSignal): Promise<string | undefined> {
      return (await read("system_stats", SystemStatsSchema, signal)).system.comfyui_version ?? undefined;
    },
  };
}

function expectOk(path: string, answer: Answer): void {
  if (answer.status !== 200) {
    throw new ComfyuiError("comfyui_bad_answer", `ComfyUI answered /${path} with status ${answer.status}, not 200`);
  }
}

function parse<T>(path: string, answer: Answer, schema: z.ZodType<T>): T {
  expectOk(path, answer);
  try {
    return schema.parse(JSON.parse(answer.bytes.toString("utf8")));
  } catch (cause) {
    throw new ComfyuiError("comfyui_bad_answer", `ComfyUI answered /${path} with something else than it should`, {
      cause,
    });
  }
}
