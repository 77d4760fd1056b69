import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { parseTraces } from "../../infra/e2e/otlp-protobuf.ts";

interface OtlpSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: OtlpRequest;
}

/** For tests: an OTLP/HTTP collector on a free port, that keeps what it gets. `answer` replaces its good answer. */
export async function createTraceCollector(
  options: { readonly answer?: RequestListener; readonly port?: number } = {},
) {
  const received: Received[] = [];
  const arrivals: (() => void)[] = [];
  const server = createServer(async (req, res) => {
    const [body, type] = [await buffer(req), req.headers["content-type"]];
    received.push({ path: req.url, headers: req.headers, body: parseTraces(body, type) as OtlpRequest });
    if (options.answer) options.answer(req, res);
    else res.writeHead(200, { "content-type": type }).end(type === "application/json" ? "{}" : "");
    for (const arrived of arrivals.splice(0)) arrived();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const resourceSpans = () => received.flatMap(({ body }) => body.resourceSpans);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: (): readonly Received[] => received,
    /** The next request has come and was answered, as far as it is. */
    arrival: () => new Promise<void>((resolve) => arrivals.push(resolve)),
    spans: () => resourceSpans().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () =>
      Object.fromEntries(
        resourceSpans().flatMap(({ resource }) =>
          resource.attributes.map(({ key, value }) => [key, value.stringValue]),
        ),
      ),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
