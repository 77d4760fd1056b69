import { pino } from "pino";
import type { Tracing } from "./telemetry/tracing.ts";

export type LogLevel = "info" | "warn" | "error";

/** Takes a sentence, and the error behind it if there is one. */
export type Log = (level: LogLevel, message: string, error?: unknown) => void;

interface RenderedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: RenderedError;
}

/**
 * Only these fields of an error are written: a driver's error may carry its whole connection. The stack is for what
 * nobody has foreseen.
 */
function renderError(error: unknown, withStack: boolean): RenderedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...("code" in error && typeof error.code === "string" && { code: error.code }),
    ...(withStack && stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: renderError(cause, withStack) }),
  };
}

/** JSON lines on standard output, each with the trace that it belongs to. */
export function createLog(options: {
  readonly level: string;
  readonly service: string;
  readonly tracing: () => Pick<Tracing, "traceId" | "spanId"> | undefined;
  /** Standard output when left out. */
  readonly destination?: { write(line: string): void };
}): Log {
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin() {
        const traceId = options.tracing()?.traceId();
        return traceId === undefined ? {} : { trace_id: traceId, span_id: options.tracing()?.spanId() };
      },
    },
    options.destination ?? process.stdout,
  );
  return (level, message, error) =>
    logger[level](error === undefined ? {} : { error: renderError(error, level === "error") }, message);
}
