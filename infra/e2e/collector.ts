import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { parseTraces } from "./otlp-protobuf.ts";

/** What the collector does with a request: takes it, answers 503, never answers, or answers what is not OTLP. */
export type CollectorMode = "ok" | "refuse" | "hang" | "garbage";

/** In the order of their numbers in OTLP (`Span.SpanKind`, `Status.StatusCode`). */
const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const statuses = ["unset", "ok", "error"] as const;

type AttributeValue = string | number | boolean | undefined;

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: (typeof kinds)[number];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The resource's `service.name`. */
  readonly service: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly status: (typeof statuses)[number];
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
/** 64-bit numbers are strings in OTLP's JSON, and small ones may come as numbers. */
const nanoseconds = z.union([z.string(), z.number()]).transform(BigInt);

const AttributesSchema = z
  .array(
    z.object({
      key: z.string(),
      value: z.object({
        stringValue: z.string().optional(),
        intValue: z.coerce.number().optional(),
        doubleValue: z.number().optional(),
        boolValue: z.boolean().optional(),
      }),
    }),
  )
  .default([])
  .transform(
    (list): Readonly<Record<string, AttributeValue>> =>
      Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])),
  );

/** OTLP's `ExportTraceServiceRequest` in its JSON form. */
const RequestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: AttributesSchema }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: hex(32),
              spanId: hex(16),
              parentSpanId: hex(16).optional(),
              name: z.string(),
              kind: z.int().transform((number) => kinds[number] ?? "unspecified"),
              startTimeUnixNano: nanoseconds,
              endTimeUnixNano: nanoseconds,
              attributes: AttributesSchema,
              status: z
                .object({ code: z.int().default(0) })
                .default({ code: 0 })
                .transform(({ code }) => statuses[code] ?? "unset"),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** The spans of one request. Throws when it is not OTLP in the form that its type says. */
export function readSpans(body: Buffer, type: string | undefined): readonly ReceivedSpan[] {
  return RequestSchema.parse(parseTraces(body, type)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ startTimeUnixNano: start, endTimeUnixNano: end, parentSpanId, ...span }) => ({
        ...span,
        parentSpanId,
        start,
        end,
        service: String(resource.attributes["service.name"]),
      })),
  );
}

export interface Collector {
  readonly url: string;
  readonly spans: () => readonly ReceivedSpan[];
  /** How many requests came, whatever became of them. */
  readonly requests: () => number;
  setMode(mode: CollectorMode): void;
  close(): Promise<void>;
}

/** An OTLP/HTTP collector on a free port of the loopback address, that keeps the spans it takes. */
export async function startCollector(initialMode: CollectorMode = "ok"): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  let mode = initialMode;
  let requests = 0;

  function take(body: Buffer, response: ServerResponse): void {
    const type = response.req.headers["content-type"];
    try {
      spans.push(...readSpans(body, type));
    } catch (error) {
      response.writeHead(400).end(String(error));
      return;
    }
    response.writeHead(200, { "content-type": type }).end(type === "application/json" ? "{}" : "");
  }

  const answers = {
    ok: take,
    refuse: (_body, response) => response.writeHead(503).end(),
    hang: () => {},
    garbage: (_body, response) => response.writeHead(200).end(`<html>${"not OTLP ".repeat(1_000)}</html>`),
  } satisfies Record<CollectorMode, (body: Buffer, response: ServerResponse) => void>;

  const server = createServer((request, response) => {
    if (request.method !== "POST" || request.url !== "/v1/traces") {
      response.writeHead(404).end();
      return;
    }
    requests += 1;
    // A sender that gives up in the middle of its request is none of the collector's business.
    buffer(request).then(
      (body) => answers[mode](body, response),
      () => {},
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the collector has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    spans: () => spans,
    requests: () => requests,
    setMode(next) {
      mode = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
