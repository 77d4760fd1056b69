import type { HistoryEntry, ImageRef, Refusal } from "./answers.ts";
import { ComfyuiError } from "./errors.ts";
import { type ExecutionError, MessageSchema } from "./messages.ts";

/** ComfyUI's texts can hold whole inputs; a job's error is a sentence. */
const maxTextLength = 1_000;

function shorten(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > maxTextLength ? `${trimmed.slice(0, maxTextLength)}…` : trimmed;
}

function nodeName(id: string | null | undefined, classType: string | null | undefined): string {
  return `node ${id ?? "?"} (${classType ?? "unknown class"})`;
}

/** What `POST /prompt` did not like, node by node. */
export function refusalError({ error, node_errors }: Refusal): ComfyuiError {
  const told = (complaint: { message: string; details: string }) =>
    complaint.details ? `${complaint.message} (${complaint.details})` : complaint.message;
  const nodes = Object.entries(node_errors).map(
    ([id, node]) => `${nodeName(id, node.class_type)}: ${node.errors.map(told).join("; ")}`,
  );
  const subject = error.extra_info;
  const general = subject?.node_id ? `${nodeName(subject.node_id, subject.class_type)}: ${told(error)}` : told(error);
  const complaints = nodes.length > 0 ? nodes : [general];
  return new ComfyuiError(
    "comfyui_invalid_workflow",
    shorten(`ComfyUI refused the workflow: ${complaints.join(". ")}`),
  );
}

/** An `execution_error` message as an error; its traceback and inputs are left behind. */
export function executionError(data: ExecutionError): ComfyuiError {
  const outOfMemory = /OutOfMemory/i.test(data.exception_type ?? "");
  return new ComfyuiError(
    outOfMemory ? "comfyui_out_of_memory" : "comfyui_execution_failed",
    shorten(
      `ComfyUI failed at ${nodeName(data.node_id, data.node_type)}: ${data.exception_message || data.exception_type || "no reason given"}`,
    ),
  );
}

/** An `execution_interrupted` message as an error. */
export function interruptedError(data: ExecutionError): ComfyuiError {
  return new ComfyuiError(
    "comfyui_interrupted",
    `Somebody interrupted ComfyUI at ${nodeName(data.node_id, data.node_type)}`,
  );
}

/** Why an ended prompt did not succeed, or undefined when it did. The messages know more than `status_str`. */
export function historyError(entry: HistoryEntry): ComfyuiError | undefined {
  for (const [type, data] of entry.status?.messages ?? []) {
    const message = MessageSchema.safeParse({ type, data }).data;
    if (message?.type === "execution_error") return executionError(message.data);
    if (message?.type === "execution_interrupted") return interruptedError(message.data);
  }
  if (entry.status?.status_str === "error") return executionError({});
  return undefined;
}

/** The pictures of a prompt, in node order: those meant to be kept, or the previews when nothing else is there. */
export function historyImages(entry: HistoryEntry): readonly ImageRef[] {
  const all = Object.values(entry.outputs).flatMap((output) => output.images);
  const kept = all.filter((image) => image.type === "output");
  return kept.length > 0 ? kept : all.filter((image) => image.type === "temp");
}
