import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import type { EndpointName } from "../catalogue/endpoints.ts";
import type { Contract } from "./contract.ts";
import type { contracts } from "./contracts.ts";

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
