import { z } from "zod";

/** Servers before 2024 leave `prompt_id` out of `progress`, and all do in the `executing` sent on reconnection. */
const promptId = z.string().nullish();

const ErrorData = z.object({
  prompt_id: promptId,
  node_id: z.string().nullish(),
  node_type: z.string().nullish(),
  exception_message: z.string().nullish(),
  exception_type: z.string().nullish(),
});
export type ExecutionError = z.infer<typeof ErrorData>;

const NodeProgress = z.object({ value: z.number(), max: z.number(), state: z.string() });

/**
 * What ComfyUI tells by socket and in a history entry's `status.messages`, as `execution.py`, `main.py` and
 * `comfy_execution/progress.py` send it. Other types (`status`, custom nodes' own) are none of the client's business.
 */
export const MessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("execution_start"), data: z.object({ prompt_id: promptId }) }),
  z.object({
    type: z.literal("execution_cached"),
    data: z.object({ prompt_id: promptId, nodes: z.array(z.string()) }),
  }),
  z.object({ type: z.literal("executing"), data: z.object({ prompt_id: promptId, node: z.string().nullish() }) }),
  z.object({
    type: z.literal("progress"),
    data: z.object({ prompt_id: promptId, node: z.string().nullish(), value: z.number(), max: z.number() }),
  }),
  z.object({
    type: z.literal("progress_state"),
    data: z.object({ prompt_id: promptId, nodes: z.record(z.string(), NodeProgress) }),
  }),
  z.object({ type: z.literal("executed"), data: z.object({ prompt_id: promptId, node: z.string() }) }),
  z.object({ type: z.literal("execution_success"), data: z.object({ prompt_id: promptId }) }),
  z.object({ type: z.literal("execution_error"), data: ErrorData }),
  z.object({ type: z.literal("execution_interrupted"), data: ErrorData }),
]);
export type ComfyuiMessage = z.infer<typeof MessageSchema>;

/** A text message of the socket, or undefined when it is not one that the client knows. */
export function readMessage(text: string): ComfyuiMessage | undefined {
  try {
    return MessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
