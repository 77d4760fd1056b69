import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { errorMessage } from "../error-message.ts";

/** Semantic conventions' `error.type`: the error's code, else the name of its class. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Writes a thrown value into a span: exception event, `error.type`, status `ERROR`. */
export function recordFailure(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setAttribute("error.type", errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
}
