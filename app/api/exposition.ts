import type { IncomingMessage, ServerResponse } from "node:http";
import ipaddr from "ipaddr.js";
import type { Handlers } from "./call.ts";
import { Problem } from "./problem.ts";

/** Writes the metrics in Prometheus' text format. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * `GET /metrics` is for the stack's own network: a scraper there calls directly, from a private address. What came
 * through a proxy, or from a public address, is answered as if there were nothing.
 */
export function createExpositionHandler(options: {
  readonly metricsHandler: MetricsHandler;
}): Pick<Handlers, "metrics"> {
  return {
    metrics: ({ request, response }) => {
      if (!isInternal(request)) throw new Problem("not-found");
      options.metricsHandler(request, response);
      return undefined;
    },
  };
}

const proxyHeaders = ["x-forwarded-for", "forwarded", "via"];

function isInternal({ headers, socket: { remoteAddress = "" } }: IncomingMessage): boolean {
  if (proxyHeaders.some((name) => headers[name] !== undefined)) return false;
  return ipaddr.isValid(remoteAddress) && ipaddr.process(remoteAddress).range() !== "unicast";
}
