import { z } from "zod";
import { type Paint, type Style, showControls } from "./paint.ts";

interface ShownError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: ShownError | undefined;
}

const ErrorSchema: z.ZodType<ShownError> = z.object({
  message: z.string(),
  code: z.string().optional(),
  stack: z.string().optional(),
  get cause() {
    return ErrorSchema.optional();
  },
});

/** What `createLog` writes. */
const RecordSchema = z.object({
  level: z.string(),
  time: z.iso.datetime().transform((text) => new Date(text)),
  msg: z.string(),
  error: ErrorSchema.optional(),
  trace_id: z.string().optional(),
});

const styles: Readonly<Record<string, Style>> = { warn: "yellow", error: "red" };

/** `21:03:05 ` and the level. */
const margin = " ".repeat(15);

function describe({ message, code, cause }: ShownError): string {
  const own = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  return cause === undefined || own.includes(cause.message) ? own : `${own}: ${describe(cause)}`;
}

/** The lines below the stack's first, which repeats the message. */
function renderStack(stack: string, message: string): string {
  const from = stack.indexOf("\n", Math.max(0, stack.indexOf(message)) + message.length);
  return from < 0 ? "" : stack.slice(from);
}

/**
 * A JSON line of the log for people: local time, level, message, the error behind it, and the trace that it belongs to.
 * A line that is none of the log's is given as it is.
 */
export function renderHumanRecord(line: string, paint: Paint): string {
  const record = readRecord(line);
  if (record === undefined) return `${showControls(line.trimEnd())}\n`;
  const { level, time, msg, error, trace_id: traceId } = record;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0"));
  const said = error === undefined ? msg : `${msg}: ${describe(error)}`;
  const text = showControls(said).replaceAll("\n", `\n${margin}`);
  const stack = error?.stack === undefined ? "" : renderStack(error.stack, error.message);
  const trace = traceId === undefined ? "" : paint("dim", `  trace ${showControls(traceId)}`);
  const head = `${paint("dim", clock.join(":"))} ${paint(styles[level] ?? "dim", level.padEnd(5))}`;
  const below = stack === "" ? "" : paint("dim", showControls(stack).replaceAll("\n", `\n${margin}`));
  return `${head} ${text}${trace}${below}\n`;
}

function readRecord(line: string): z.infer<typeof RecordSchema> | undefined {
  try {
    return RecordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
