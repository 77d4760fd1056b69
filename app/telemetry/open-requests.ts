import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { diag } from "@opentelemetry/api";

/** A request in hand, and who wants to know of its end. */
export interface OpenRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Called once: when the answer has been handed to the system, or the connection is gone before. */
  onEnd(): void;
}

const openKey = Symbol("open requests");
const requestKey = Symbol("open request");

interface WatchedSocket extends Socket {
  /** More than one only where a client sends the next request before it has the answer. For so few a list is the quickest. */
  [openKey]?: OpenRequest[];
}

interface WatchedResponse extends ServerResponse {
  [requestKey]?: OpenRequest;
}

const finished = "http.server.response.finish";

/** Thrown here an error would end the process. */
function end(request: OpenRequest): void {
  try {
    request.onEnd();
  } catch (error) {
    diag.error("a request's end could not be recorded", error);
  }
}

/** Whether it was there. */
function remove(open: OpenRequest[], request: OpenRequest): boolean {
  const index = open.indexOf(request);
  if (index === -1) return false;
  if (open.length === 1) open.pop();
  else open.splice(index, 1);
  return true;
}

function onFinish(message: unknown): void {
  const { response } = message as { readonly response: WatchedResponse };
  const request = response[requestKey];
  if (request === undefined) return;
  const { [openKey]: open }: WatchedSocket = request.req.socket;
  // Node may tell of an answer's end when the connection has gone already, and the request with it.
  if (open !== undefined && remove(open, request)) end(request);
}

function onSocketClose(this: WatchedSocket): void {
  for (const request of this[openKey]?.splice(0) ?? []) end(request);
}

/**
 * Tells of a request's end by one subscription for all of the process and one listener a connection: a listener for each
 * request would cost as much as everything else that is noted of it.
 */
export function watchEnd(request: OpenRequest): void {
  const res: WatchedResponse = request.res;
  const socket: WatchedSocket = request.req.socket;
  res[requestKey] = request;
  if (socket[openKey] !== undefined) {
    socket[openKey].push(request);
    return;
  }
  socket[openKey] = [request];
  socket.on("close", onSocketClose);
}

/** Before the first {@link watchEnd}; again does nothing. */
export function listenToEnds(): void {
  unsubscribe(finished, onFinish);
  subscribe(finished, onFinish);
}
