import type { Request, RequestHandler, Response } from "express";
import { type EndpointName, endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { limits } from "../catalogue/limits.ts";
import { Problem, sendProblem } from "./problem.ts";

/** Whether an endpoint is answered also when the service sheds load. */
export function isPriority(name: EndpointName): boolean {
  return "priority" in endpoints[name];
}

/** As they stand in a request: none of them has a parameter in its path, so they are known without routing. */
const priorityRequests = new Set(
  endpointNames.filter(isPriority).flatMap((name) => {
    const { method, route } = endpoints[name];
    return method === "GET" ? [`GET ${route}`, `HEAD ${route}`] : [`${method} ${route}`];
  }),
);

/** Made once: it is the same for all, and an error's stack is dear to make where there is no time. */
const overloaded = new Problem("overloaded", "The service has as much in hand as it can do in time: send it again.", {
  headers: { "Retry-After": String(limits.overloadRetryAfterSeconds) },
});

/**
 * Express middleware that bounds the requests in hand to `places` (`limits.requestsInHand` unless told). What comes
 * beyond is refused at once, before anything of it is read or done: 503 with `Retry-After`. The priority endpoints of the
 * catalogue, under just the paths that stand there, pass always and hold no place. It belongs before all that costs.
 *
 * A count is enough: what takes long here waits for the database, for its own body or for a slow reader of its answer, and
 * holds a place meanwhile; the server's timeouts bound the last two. To shed by the delay of the event loop, too, was
 * tried: what is only computed is answered almost as cheaply as it is refused, so that less was answered in time, and
 * nothing sooner.
 */
export function createAdmission(options: { readonly onShed: () => void; readonly places?: number }): RequestHandler {
  const { onShed, places = limits.requestsInHand } = options;
  let inHand = 0;
  const free = () => {
    inHand -= 1;
  };
  return (request, response, next) => {
    if (priorityRequests.has(`${request.method} ${request.path}`)) return next();
    if (inHand >= places) {
      onShed();
      refuse(request, response);
      return;
    }
    inHand += 1;
    // Comes after the answer, and also when the client goes away before it.
    response.once("close", free);
    next();
  };
}

/**
 * Node reads and drops what is still to come of a refused request's body, so that the connection can be used again. That
 * is not worth it for a body that is large or does not tell its length: then the connection is closed.
 */
function refuse(request: Request, response: Response): void {
  const { "content-length": length = 0, "transfer-encoding": encoding } = request.headers;
  if (encoding !== undefined || Number(length) > limits.bodyBytes) response.set("Connection", "close");
  response.set("Cache-Control", "no-store");
  sendProblem(request, response, overloaded);
}
