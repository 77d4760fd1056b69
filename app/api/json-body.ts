import express, { type Request, type Response } from "express";
import { Problem } from "./problem.ts";

/** Reads and parses a body; `undefined` when there is none. Rejects with body-parser's errors and {@link Problem}. */
type BodyReader = (request: Request, response: Response) => Promise<unknown>;

/**
 * A reader of JSON bodies of at most `limitBytes`, counted after decompression. With `required` another content type is
 * refused; else such a body is not looked at. Any JSON value passes: its shape is the schema's concern.
 */
export function createJsonReader(options: { readonly limitBytes: number; readonly required: boolean }): BodyReader {
  const parse = express.json({ limit: options.limitBytes, strict: false });
  return async (request, response) => {
    if (options.required && hasBody(request) && !request.is("application/json")) {
      const given = request.get("Content-Type") ?? "none";
      throw new Problem("unsupported-media-type", `The content type must be application/json, not ${given}`);
    }
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    return request.body;
  };
}

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
