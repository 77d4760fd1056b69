import { AsyncResource } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { type EndpointName, endpointNames, endpoints } from "../catalogue/endpoints.ts";
import { limits } from "../catalogue/limits.ts";
import { createControlledDelay } from "./controlled-delay.ts";
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

/** What a response lets go of when it is closed: its place, or its stand in the line. */
const holdKey = Symbol("hold");

interface HoldingResponse extends ServerResponse {
  [holdKey]?: (() => void) | undefined;
}

/**
 * Gives back the place that a request holds until its response is closed; again, or without a place, does nothing. For a
 * response that stays open when the work is done, such as a stream of events.
 */
export function releasePlace(response: ServerResponse): void {
  const holding: HoldingResponse = response;
  const letGo = holding[holdKey];
  holding[holdKey] = undefined;
  letGo?.();
}

/** One for all responses. Comes after the answer, and also when the client goes away before it. */
function onClose(this: ServerResponse): void {
  releasePlace(this);
}

interface AdmissionOptions {
  readonly onShed: () => void;
  readonly places?: number;
  readonly waiting?: number;
  readonly intervalMs?: number;
  readonly targetMs?: number;
}

/**
 * Express middleware that bounds the requests in hand to `places`, and those that wait for one to `waiting` and by time: see
 * {@link createControlledDelay}; the catalogue's limits hold unless told. What comes beyond is refused, before anything of
 * it is read or done: 503 with `Retry-After`. The priority endpoints of the catalogue, under just the paths that stand
 * there, pass always and hold no place. It belongs before all that costs.
 *
 * What takes long here waits for the database, for its own body or for a slow reader of its answer, and holds a place
 * meanwhile; the server's timeouts bound the last two, and {@link releasePlace} is for what is meant to stay open. To shed
 * by the delay of the event loop, too, was tried: what is only computed is answered almost as cheaply as it is refused, so
 * that less was answered in time, and nothing sooner.
 */
export function createAdmission(options: AdmissionOptions): RequestHandler {
  const {
    onShed,
    places = limits.requestsInHand,
    waiting = limits.requestsWaiting,
    intervalMs = limits.waitIntervalMs,
    targetMs = limits.waitTargetMs,
  } = options;
  const now = () => performance.now();
  const delay = createControlledDelay({ places, waiting, intervalMs, targetMs, now });
  let timer: NodeJS.Timeout | undefined;

  /** One timer for the line. It may come too early, when the one it was set for has left, and is then set again. */
  function watchLine(): void {
    const leftMs = delay.refuseLate();
    // Whoever waits has a connection, which keeps the process alive.
    timer = leftMs === undefined ? undefined : setTimeout(watchLine, leftMs).unref();
  }

  function shed(request: Request, response: Response): void {
    onShed();
    refuse(request, response);
  }

  function hold(response: HoldingResponse, letGo: () => void): void {
    response[holdKey] = letGo;
    response.on("close", onClose);
  }

  function queue(request: Request, response: Response & HoldingResponse, next: NextFunction): void {
    // A place comes free in another request's context.
    const goOn = AsyncResource.bind(() => next());
    const leaveLine = delay.wait({
      take() {
        response[holdKey] = delay.leave;
        goOn();
      },
      refuse() {
        response[holdKey] = undefined;
        shed(request, response);
      },
    });
    if (leaveLine === undefined) {
      shed(request, response);
      return;
    }
    hold(response, leaveLine);
    if (timer === undefined) watchLine();
  }

  return (request, response, next) => {
    if (priorityRequests.has(`${request.method} ${request.path}`)) return next();
    if (!delay.enter()) return queue(request, response, next);
    hold(response, delay.leave);
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
