import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { z } from "zod";
import { DatabaseUnavailable } from "../adapters/postgres/errors.ts";
import { limits } from "../catalogue/limits.ts";
import type { Log } from "./ports.ts";
import { sendJson } from "./send-json.ts";

/** Every way in which a request can be refused. The key is the end of the problem's `type`. */
export const problems = {
  "malformed-request": { status: 400, title: "The request cannot be read as HTTP" },
  "malformed-json": { status: 400, title: "The body is not JSON" },
  "malformed-uri": { status: 400, title: "The path is not well-formed" },
  unauthorized: { status: 401, title: "A valid credential is needed" },
  forbidden: { status: 403, title: "This may not be asked from here" },
  "not-found": { status: 404, title: "There is nothing here" },
  "method-not-allowed": { status: 405, title: "The path does not take this method" },
  "request-timeout": { status: 408, title: "The request did not arrive in time" },
  "job-ended": { status: 409, title: "The job had already ended" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "The body must be JSON in UTF-8" },
  "invalid-input": { status: 422, title: "The request has the wrong shape" },
  "limit-exceeded": { status: 422, title: "The request goes beyond a limit" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key belongs to another request" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "headers-too-large": { status: 431, title: "The headers are too large" },
  internal: { status: 500, title: "Something went wrong here" },
  overloaded: { status: 503, title: "The service is overloaded" },
  "database-unavailable": { status: 503, title: "The database is not reachable" },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof problems;

/** What is wrong with one part of a request: `pointer` is a JSON Pointer (RFC 6901) into the body. */
const fieldErrorSchema = z
  .object({
    pointer: z.string().optional().meta({ description: "The field of the body, as a JSON Pointer" }),
    parameter: z.string().optional().meta({ description: "The query parameter" }),
    header: z.string().optional().meta({ description: "The request header" }),
    detail: z.string(),
  })
  .meta({ id: "FieldError", example: { pointer: "/metrics/x", detail: "expected number, received string" } });

export const problemSchema = z
  .object({
    type: z.string().meta({ description: "`urn:gozcu:problem:<code>`", example: "urn:gozcu:problem:not-found" }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().meta({ description: "The path that was asked for" }),
    errors: z.array(fieldErrorSchema).optional().meta({ description: "With 422: what is wrong, field by field" }),
  })
  .meta({ id: "Problem", description: "Problem Details for HTTP APIs (RFC 9457)" });

export type FieldError = z.infer<typeof fieldErrorSchema>;
type ProblemBody = z.infer<typeof problemSchema>;

interface ProblemExtras {
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
}

/** Thrown to refuse a request. `detail` is shown to the client: never put a secret or an inner error into it. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail?: string, extras: ProblemExtras = {}) {
    super(detail ?? "");
    this.code = code;
    this.extras = extras;
  }

  /** The body of the answer, for the path that was asked for. */
  render(instance: string): ProblemBody {
    const { status, title } = problems[this.code];
    return {
      type: `urn:gozcu:problem:${this.code}`,
      title,
      status,
      ...(this.message !== "" && { detail: this.message }),
      instance,
      ...(this.extras.errors && { errors: [...this.extras.errors] }),
    };
  }
}

/** What body-parser throws (by way of http-errors); `expose` says that the message is meant for the client. */
const frameworkErrorSchema = z.object({
  expose: z.literal(true),
  status: z.int().min(400).max(499),
  type: z.string().optional(),
  message: z.string(),
  limit: z.number().optional(),
});

const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: "malformed-request",
  413: "body-too-large",
  415: "unsupported-media-type",
};

/** The one place where an error becomes a status; `undefined` is a fault of ours. */
function readProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseUnavailable) {
    const detail = "The database did not answer in time. Nothing is wrong with the request: send it again.";
    return new Problem("database-unavailable", detail, {
      headers: { "Retry-After": String(limits.retryAfterSeconds) },
    });
  }
  if (error instanceof URIError)
    return new Problem("malformed-uri", "The path has a percent-encoding that is not UTF-8");
  const known = frameworkErrorSchema.safeParse(error);
  if (!known.success) return undefined;
  const { type, status, message, limit } = known.data;
  if (type === "entity.parse.failed") return new Problem("malformed-json", message);
  const detail = limit === undefined ? message : `The body may have at most ${limit} bytes`;
  return new Problem(codeOfStatus[status] ?? "malformed-request", detail);
}

/** Answers with the problem as `application/problem+json`. */
export function sendProblem(request: Request, response: Response, problem: Problem): void {
  const [path = "/"] = request.originalUrl.split("?", 1);
  const body = problem.render(path);
  response.status(body.status).set({ ...problem.extras.headers });
  sendJson(response, "application/problem+json", body);
}

/** The end of the chain: whatever was thrown becomes a problem; what is our fault is logged, and not shown. */
export function createErrorHandler({ log }: { readonly log: Log }): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = readProblem(error);
    if (problem === undefined) log.error({ err: error, method: request.method, path: request.path }, "request failed");
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    sendProblem(request, response, problem ?? new Problem("internal"));
  };
}

/** For a path that no route took. */
export const refuseUnknownPath: RequestHandler = (request) => {
  decodeURIComponent(request.path);
  throw new Problem("not-found", "No such path; /api/openapi.json lists them all");
};
