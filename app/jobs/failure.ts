import type { JobError } from "./job.ts";

/** What a handler throws when it knows whether another try is worth it. Adapters' errors have these fields. */
interface TypedFailure extends Error {
  readonly code: string;
  readonly retryable: boolean;
}

function isTyped(error: unknown): error is TypedFailure {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    "retryable" in error &&
    typeof error.retryable === "boolean"
  );
}

/** An error as it is kept with the job. What nobody has foreseen is tried again, and its text stays in the log. */
export function readFailure(error: unknown): JobError & { readonly retryable: boolean; readonly foreseen: boolean } {
  return isTyped(error)
    ? { code: error.code, message: error.message, retryable: error.retryable, foreseen: true }
    : {
        code: "unexpected",
        message: "the job failed for a reason that stands in the worker's log",
        retryable: true,
        foreseen: false,
      };
}
