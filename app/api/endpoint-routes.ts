import { type RequestHandler, type Response, Router } from "express";
import { type EndpointName, endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { limits } from "../catalogue/limits.ts";
import type { Guard } from "./auth.ts";
import type { Call, Handlers } from "./call.ts";
import type { Contract } from "./contract.ts";
import { contracts } from "./contracts.ts";
import { createJsonReader } from "./json-body.ts";
import { Problem } from "./problem.ts";
import { sendJson } from "./send-json.ts";
import { validate } from "./validation.ts";

interface RouteOptions {
  readonly handlers: Partial<Handlers>;
  readonly guardOf: (name: EndpointName) => Guard;
  readonly limiterOf: (name: EndpointName) => RequestHandler | undefined;
}

/** A route for every endpoint that has a handler; a path's other methods are answered with 405, `OPTIONS` with 204. */
export function createEndpointRoutes(options: RouteOptions): Router {
  const router = Router();
  const served = endpointNames.filter((name) => options.handlers[name] !== undefined);
  for (const [path, names] of Map.groupBy(served, (name) => endpoints[name].route)) {
    const route = router.route(path);
    const methods = names.map((name) => endpoints[name].method);
    const allow = [...methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(
      ", ",
    );

    if (names.some((name) => endpoints[name].auth === "sessionToken")) route.all(createCors(allow));
    for (const name of names) {
      const limiter = options.limiterOf(name);
      const chain = [...(limiter ? [limiter] : []), createEndpoint(name, options)];
      if (endpoints[name].method === "GET") route.get(chain);
      else route.post(chain);
    }
    route.options((_request, response) => {
      response.status(204).set("Allow", allow).end();
    });
    route.all((request) => {
      throw new Problem("method-not-allowed", `${request.method} is not among ${allow}`, { headers: { Allow: allow } });
    });
  }
  return router;
}

function createEndpoint<N extends EndpointName>(name: N, options: RouteOptions): RequestHandler {
  const contract: Contract = contracts[name];
  const handle = options.handlers[name];
  const guard = options.guardOf(name);
  const readBody =
    endpoints[name].method === "POST"
      ? createJsonReader({ limitBytes: contract.bodyBytes ?? limits.bodyBytes, required: contract.body !== undefined })
      : undefined;
  return async (request, response) => {
    const owner = await guard(request);
    const body = readBody && (await readBody(request, response));
    // `validate` goes by the contract of this very endpoint, which is what Call<N> is made of.
    const call = { ...validate(contract, request, body), owner, request, response } as unknown as Call<N>;
    const reply = await handle?.(call);
    if (reply !== undefined) send(contract, response, reply);
  };
}

function send(
  contract: Contract,
  response: Response,
  reply: { readonly status: PropertyKey; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
): void {
  const status = Number(reply.status);
  response.status(status);
  if (reply.headers) response.set(reply.headers);
  const contentType = contract.answers[status]?.contentType;
  if (contentType === undefined) sendJson(response, "application/json", reply.body);
  else if (response.hasHeader("Content-Type")) response.send(reply.body);
  else response.type(contentType).send(reply.body);
}

/**
 * A session's measurements come from the pages of any site: the token in the request is what counts, and no cookie is
 * ever read, so every origin may be let in.
 */
function createCors(allow: string): RequestHandler {
  const preflight = {
    "Access-Control-Allow-Methods": allow,
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
  };
  return (request, response, next) => {
    response.set("Access-Control-Allow-Origin", "*");
    if (request.method === "OPTIONS") response.set({ ...preflight, "Access-Control-Max-Age": "7200" });
    next();
  };
}
