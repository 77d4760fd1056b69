import type { Request } from "express";
import type { z } from "zod";
import type { Contract } from "./contract.ts";
import { findLostField } from "./lost-field.ts";
import { type FieldError, Problem } from "./problem.ts";

/** Enough to mend a request by; ten thousand wrong names need not be told one by one. */
const maxErrors = 20;

/** Parses the four parts of a request by the contract; throws a {@link Problem}: 404 for the path, 422 for the rest. */
export function validate(contract: Contract, request: Request, body: unknown) {
  const path = contract.path?.safeParse(request.params);
  if (path?.success === false) throw new Problem("not-found", "The path names nothing that exists");
  const names = Object.keys(contract.headers?.shape ?? {});
  const headers = Object.fromEntries(names.map((name) => [name, request.get(name)]));
  return {
    path: path?.data,
    query: parse(contract.query, request.query, (at) => ({ parameter: at.join(".") })),
    headers: parse(contract.headers, headers, (at) => ({ header: at.join(".") })),
    body: parseBody(contract.body, body),
  };
}

function parseBody(schema: z.ZodType | undefined, body: unknown): unknown {
  const lost = schema && findLostField(body);
  if (lost) {
    const error = { pointer: renderPointer(lost), detail: "is a name that no field may have" };
    throw new Problem("invalid-input", renderSentence(error), { errors: [error] });
  }
  return parse(schema, body, (at) => ({ pointer: renderPointer(at) }));
}

type Place = (path: readonly PropertyKey[]) => Omit<FieldError, "detail">;

function parse(schema: z.ZodType | undefined, value: unknown, place: Place): unknown {
  const result = schema?.safeParse(value);
  if (result?.success !== false) return result?.data;
  const errors = result.error.issues.flatMap((issue) => renderIssue(issue, place)).slice(0, maxErrors);
  throw new Problem("invalid-input", errors.map(renderSentence).join("; "), { errors });
}

function renderIssue(issue: z.core.$ZodIssue, place: Place): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ ...place([...issue.path, key]), detail: "is not a known field" }));
  }
  // The key's own schema says it better than "Invalid key in record".
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ ...place(issue.path), detail: message.replace(/^Invalid input: /, "") }];
}

function renderSentence({ pointer, parameter, header, detail }: FieldError): string {
  return `${pointer || parameter || header || "the body"}: ${detail}`;
}

/** RFC 6901: `""` is the whole body. */
function renderPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
