import { type Workflow, WorkflowSchema } from "../../app/adapters/comfyui/default-workflow.ts";
import { errorMessage } from "../../app/error-message.ts";
import { Failure } from "./failure.ts";
import { findJsonFault } from "./json-fault.ts";
import { printable } from "./printable.ts";

const howToExport =
  "in ComfyUI choose Workflow, Export (API); in older versions switch on Settings, Enable Dev mode Options, and then Save (API Format)";

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is node id to node. */
const isGraph = (value: unknown) => WorkflowSchema.safeParse(value).success;

/** What a file is that is JSON, but no workflow; undefined for what cannot be told. */
function recognise(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  if (Array.isArray(value.nodes))
    return `is a workflow as ComfyUI's editor keeps it, which cannot be run: ${howToExport}`;
  if (isGraph(value.prompt)) return "is a request to ComfyUI: only what stands below prompt is the workflow";
  if (isGraph(value.workflow)) return "is a request to POST /api/jobs: only what stands below workflow is the workflow";
  return undefined;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = findJsonFault(text);
    const where = fault === undefined ? errorMessage(cause) : `line ${fault.line}, column ${fault.column}: `;
    const found = fault?.found === undefined ? "the end" : JSON.stringify(fault.found);
    const what = fault === undefined ? "" : `expected ${fault.expected}, found ${found}`;
    throw new Failure("data", `${name} is not JSON: ${where}${what}`, { cause });
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure("data", `${name} is not text in UTF-8`, { cause });
  }
}

/**
 * A workflow in ComfyUI's API format from what stands in a file.
 * @throws Failure saying what it is instead, and how to make it one.
 */
export function readWorkflow(bytes: Uint8Array, name: string): Workflow {
  const value = parse(decode(bytes, name), name);
  const known = recognise(value);
  if (known !== undefined) throw new Failure("data", `${name} ${known}`);
  const { data, error } = WorkflowSchema.safeParse(value);
  if (error === undefined) return data;
  const reason = printable(error.issues[0]?.message ?? "");
  throw new Failure(
    "data",
    `${name} is no workflow in ComfyUI's API format. ${reason}. For that format, ${howToExport}`,
  );
}
