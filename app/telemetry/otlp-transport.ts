import { type Agent, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type ExportResponse, type IExporterTransport, OTLPExporterError } from "@opentelemetry/otlp-exporter-base";
import type { convertLegacyHttpOptions } from "@opentelemetry/otlp-exporter-base/node-http";
import { readRetryAfterMs } from "../retry-after.ts";
import { instrumentationScope } from "./instruments.ts";

type OtlpHttpOptions = ReturnType<typeof convertLegacyHttpOptions>;

/** @see https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const retryableStatuses: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504]);
/** Why there was no answer, where it may come the next time. */
const retryableCodes: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);
/** Those of OpenTelemetry's exporters. */
const retries = { most: 5, firstMs: 1_000, factor: 1.5, longestMs: 5_000, jitter: 0.2 };
const answerLimitBytes = 4 * 2 ** 20;

const compress = promisify(gzip);

/** How long to wait after so many tries, if the collector does not say. */
function backoffMs(tries: number): number {
  const jitter = 1 + retries.jitter * (2 * Math.random() - 1);
  return Math.min(retries.firstMs * retries.factor ** (tries - 1) * jitter, retries.longestMs);
}

/**
 * Sends OTLP requests by HTTP, with retries, as OpenTelemetry's own transport does and with its options: only the body is
 * handed over whole. That one pipes it from a stream, of another shape than a server's, so that V8 gives up what it knew of
 * Node's streams: each request that the server then answered took a tenth longer.
 */
export function createOtlpTransport(options: OtlpHttpOptions): IExporterTransport {
  const url = new URL(options.url);
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const zipped = options.compression === "gzip";
  let agent: Agent | undefined;

  /** Settles within the time. */
  function exchange(body: Uint8Array, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<ExportResponse> {
    const asked = request(url, { method: "POST", headers, agent });
    const { promise, resolve } = Promise.withResolvers<ExportResponse>();
    const timer = setTimeout(() => {
      resolve({ status: "retryable", error: new Error(`no answer within ${Math.round(timeoutMs)} ms`) });
      asked.destroy();
    }, timeoutMs);
    asked.on("error", (error) => {
      const code = "code" in error ? error.code : undefined;
      resolve({ status: retryableCodes.has(code) ? "retryable" : "failure", error });
    });
    asked.on("response", (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > answerLimitBytes) answer.destroy(new Error(`its answer has more than ${answerLimitBytes} bytes`));
      });
      // Whether it was taken is not known then: sent again, it might be there twice.
      answer.on("error", (error) => resolve({ status: "failure", error }));
      answer.on("end", () => {
        const { statusCode = 0, statusMessage } = answer;
        const data = Buffer.concat(chunks);
        if (statusCode < 300) return resolve({ status: "success", data });
        const error = new OTLPExporterError(statusMessage, statusCode, data.toString());
        if (!retryableStatuses.has(statusCode)) return resolve({ status: "failure", error });
        const retryInMillis = readRetryAfterMs(answer.headers["retry-after"] ?? "", new Date());
        resolve({ status: "retryable", error, ...(retryInMillis !== undefined && { retryInMillis }) });
      });
    });
    asked.end(body);
    return promise.finally(() => clearTimeout(timer));
  }

  return {
    async send(data, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      const leftMs = () => deadline - performance.now();
      agent ??= await options.agentFactory(url.protocol);
      const body = zipped ? await compress(data) : data;
      const headers = {
        "User-Agent": instrumentationScope,
        ...(await options.headers()),
        ...(zipped && { "Content-Encoding": "gzip" }),
        "Content-Length": body.byteLength,
      };
      for (let tries = 1; ; tries += 1) {
        const response = await exchange(body, headers, leftMs());
        if (response.status !== "retryable" || tries > retries.most) return response;
        const waitMs = response.retryInMillis ?? backoffMs(tries);
        if (waitMs > leftMs()) return response;
        await sleep(waitMs);
      }
    },
    shutdown: () => agent?.destroy(),
  };
}
