import { pino } from "pino";
import type { Tracing } from "./telemetry/tracing.ts";

export type LogLevel = "info" | "warn" | "error";

/** Takes a sentence, and the error behind it if there is one. */
export type Log = (level: LogLevel, message: string, error?: unknown) => void;

/** JSON lines on standard output, each with the trace that it belongs to. */
export function createLog(options: {
  readonly level: string;
  readonly service: string;
  readonly tracing: () => Pick<Tracing, "traceId" | "spanId"> | undefined;
}): Log {
  const logger = pino({
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin() {
      const traceId = options.tracing()?.traceId();
      return traceId === undefined ? {} : { trace_id: traceId, span_id: options.tracing()?.spanId() };
    },
  });
  return (level, message, error) => logger[level](error === undefined ? {} : { err: error }, message);
}
