import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import type { EndpointName } from "../catalogue/endpoints.ts";
import type { contracts } from "./contracts.ts";
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

type ContractOf<N extends EndpointName> = (typeof contracts)[N];
type Part<C, K extends string> = C extends { readonly [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined;

/** A request that has passed authentication and validation. */
export interface Call<N extends EndpointName> {
  readonly path: Part<ContractOf<N>, "path">;
  readonly query: Part<ContractOf<N>, "query">;
  readonly headers: Part<ContractOf<N>, "headers">;
  readonly body: Part<ContractOf<N>, "body">;
  /** Who calls: the API key's fingerprint, or the session's id; empty where the endpoint asks for neither. */
  readonly owner: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Answers<C extends Contract> = {
  [S in keyof C["answers"]]: C["answers"][S] extends { readonly schema: infer T extends z.ZodType }
    ? { readonly status: S; readonly body: z.output<T>; readonly headers?: Readonly<Record<string, string>> }
    : never;
}[keyof C["answers"]];

/** One of the contract's answers: a status or a shape that it does not list does not compile. */
export type Reply<N extends EndpointName> =
  ContractOf<N> extends { readonly answersItself: true } ? undefined : Answers<ContractOf<N>>;

/** What does the work of an endpoint; throws a `Problem` to refuse. */
export type Handler<N extends EndpointName> = (call: Call<N>) => Reply<N> | Promise<Reply<N>>;

/** A handler for every endpoint of the catalogue. */
export type Handlers = { readonly [N in EndpointName]: Handler<N> };
