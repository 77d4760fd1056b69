import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Scenario } from "./scenarios.ts";

/** The caller's span, whatever its trace. */
export const callerSpanId = "b".repeat(16);

function* listHeaders({ body, caller = "sampled" }: Scenario, traceId: string): Generator<string> {
  yield "Host: equivalence.test:8080";
  if (caller !== "none") yield `Traceparent: 00-${traceId}-${callerSpanId}-${caller === "sampled" ? "01" : "00"}`;
  if (body !== undefined) yield `Content-Type: application/json\r\nContent-Length: ${JSON.stringify(body).length}`;
}

/**
 * Makes a scenario's requests, one after the other on a connection of their own. By hand, as no client offers all that
 * is asked for.
 * @param waitForHanging resolves when a request has come that is never answered.
 */
export async function sendRequests(
  scenario: Scenario,
  options: { readonly port: number; readonly traceId: string; waitForHanging(): Promise<void> },
): Promise<void> {
  const { request, body, version = "1.1", gone, times = 1 } = scenario;
  const headers = [...listHeaders(scenario, options.traceId)];
  const socket = connect(options.port, "127.0.0.1");
  for (let left = times; left > 0; left -= 1) {
    const connection = `Connection: ${left === 1 ? "close" : "keep-alive"}`;
    const content = body === undefined ? "" : JSON.stringify(body);
    socket.write([`${request} HTTP/${version}`, ...headers, connection, "", content].join("\r\n"));
  }
  if (gone === undefined) await buffer(socket);
  else if (gone === "before the first byte") await options.waitForHanging();
  else await once(socket, "data");
  socket.destroy();
}
