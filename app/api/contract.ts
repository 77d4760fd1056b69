import type { z } from "zod";
import type { ProblemCode } from "./problem.ts";

/** One answer that is not a problem. */
interface Answer {
  readonly description: string;
  /** Absent where there is no body; such an answer is not the handler's to give. */
  readonly schema?: z.ZodType;
  /** `application/json` unless told. */
  readonly contentType?: string;
  readonly headers?: z.ZodObject;
}

/**
 * What an endpoint takes and gives: validation, the handler's types and the OpenAPI description all come from here.
 * Method, route, authentication, budget and frequency stand in the catalogue.
 */
export interface Contract {
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The largest body, in bytes; `limits.bodyBytes` unless told. */
  readonly bodyBytes?: number;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The refusals of its own, beside those that follow from its authentication, its frequency, its method and its path. */
  readonly problems?: readonly ProblemCode[];
  /** The handler writes the answer itself, onto Node's own response. */
  readonly answersItself?: true;
}
