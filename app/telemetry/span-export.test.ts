import type { RequestListener, ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { initObservability, type Observability } from "./observability.ts";
import { readTelemetrySettings } from "./settings.ts";
import { startSpan, traceAsync } from "./trace.ts";
import { createTraceCollector } from "./trace-collector.ts";

let told: string[];
let observability: Observability;
beforeEach(() => {
  told = [];
});
afterEach(() => observability.shutdown());

function start(endpoint: string, env: Record<string, string> = {}): void {
  const settings = readTelemetrySettings({
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
    ...env,
  });
  observability = initObservability("renderer", {
    settings,
    log: (level, message) => told.push(`${level}: ${message}`),
  });
}

/** Work of the host whose spans are sent in several exports; its results are right whatever becomes of the spans. */
async function work(): Promise<void> {
  const double = traceAsync("double", async (value: number) => value * 2);
  const fail = traceAsync("fail", () => Promise.reject(new Error("of the host")));
  for (let n = 0; n < 3; n += 1) {
    expect(await double(n)).toBe(n * 2);
    await expect(fail()).rejects.toThrow("of the host");
    await observability.flush();
  }
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

describe("an outage of the collector", () => {
  test("is told once when it begins and once when it ends, and spans are sent again until the next", async () => {
    const gone = await createTraceCollector();
    await gone.close();
    start(gone.url);
    await work();
    expect(told).toEqual([
      expect.stringMatching(`^warn: traces are dropped, as ${gone.url}/v1/traces does not take them: ECONNREFUSED`),
    ]);

    const back = await createTraceCollector({ port: gone.port });
    await work();
    expect(back.spans()).toHaveLength(6);
    expect(told.slice(1)).toEqual([`info: traces go to ${gone.url}/v1/traces again`]);
    await back.close();
    await work();
    expect(told.slice(2)).toEqual([expect.stringMatching("^warn: traces are dropped")]);
  });

  const answers: Record<string, RequestListener> = {
    "never answers": () => undefined,
    "answers 500": (_req, res) => void res.writeHead(500).end("<html>broken</html>"),
    "answers 503": (_req, res) => void res.writeHead(503).end(),
    "cuts the connection": (_req, res) => void res.destroy(),
    "answers nonsense with 200": (_req, res) => void res.writeHead(200).end(`<html>${Math.random()}</html>`),
    "answers more than anybody reads": (_req, res) => void res.end(Buffer.alloc(5_000_000)),
  };
  test.each(Object.entries(answers))("leaves the host alone and is told once when it %s", async (_how, answer) => {
    const collector = await createTraceCollector({ answer });
    start(collector.url);
    await work();
    expect(told).toHaveLength(1);
    expect(collector.requests().length).toBeGreaterThanOrEqual(3);
    await collector.close();
  });

  test("leaves the host alone and is told once when it does not even speak HTTP", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.resume().end("garbage\r\n\r\n");
    });
    await listen(server);
    const address = server.address();
    start(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
    await work();
    expect(told).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  test("does not put the endpoint's credentials into the log", async () => {
    const gone = await createTraceCollector();
    await gone.close();
    start(`http://user:password@127.0.0.1:${gone.port}`);
    await work();
    expect(told.join()).toContain(gone.url);
    expect(told.join()).not.toContain("password");
  });

  test("keeps no more spans than one batch under way and a full queue", async () => {
    const held: ServerResponse[] = [];
    let holding = true;
    const collector = await createTraceCollector({
      answer(_req, res) {
        if (holding) held.push(res);
        else res.end("{}");
      },
    });
    start(collector.url, { OTEL_BSP_MAX_QUEUE_SIZE: "1000", OTEL_EXPORTER_OTLP_TIMEOUT: "60000" });
    const arrival = collector.arrival();
    for (let n = 0; n < 20_000; n += 1) startSpan(`span ${n}`).end();
    await arrival;
    expect(collector.spans()).toHaveLength(512);

    holding = false;
    for (const res of held) res.end("{}");
    await observability.flush();
    expect(collector.spans()).toHaveLength(512 + 1_000);
    await collector.close();
  });
});
