import { z } from "zod";
import { errorMessage } from "../../error-message.ts";
import type { Promql } from "../../telemetry/promql.ts";

/** One series at most: what is asked for is taken together. A time in seconds, and the value as text. */
const AnswerSchema = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })).max(1),
  }),
});

/** An expression at each of some moments. */
export interface RangeQuery {
  readonly promql: Promql;
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
}

export interface PrometheusClient {
  /**
   * The values by their time in milliseconds; moments without one are left out, as is what is no finite number.
   * @throws Error that names the server without its password, when it cannot be asked or answers anything else.
   */
  queryRange(query: RangeQuery, signal: AbortSignal): Promise<ReadonlyMap<number, number>>;
}

async function readBounded(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) throw new Error(`it answered more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `fetch` says only "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  const hasCode = typeof cause === "object" && cause !== null && "code" in cause;
  return hasCode ? String(cause.code) : errorMessage(error);
}

/**
 * Asks a Prometheus.
 * @param options.url where it is, below a path or not, with a user and a password where it asks for them
 */
export function createPrometheusClient(options: {
  readonly url: string;
  readonly answerBytes: number;
}): PrometheusClient {
  const url = new URL(options.url);
  const base = url.origin + url.pathname.replace(/\/*$/, "");
  const credentials = [url.username, url.password].map(decodeURIComponent).join(":");
  const headers = url.username === "" ? {} : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };

  async function ask({ promql, from, to, stepSeconds }: RangeQuery, signal: AbortSignal): Promise<string> {
    const parameters = new URLSearchParams({
      query: promql.text,
      start: String(from.getTime() / 1_000),
      end: String(to.getTime() / 1_000),
      step: String(stepSeconds),
    });
    // Redirected, it would be somebody else who hears the password.
    const answer = await fetch(`${base}/api/v1/query_range?${parameters}`, { headers, signal, redirect: "error" });
    const text = await readBounded(answer, options.answerBytes);
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
    return text;
  }

  function read(text: string): ReadonlyMap<number, number> {
    const { data, error } = AnswerSchema.safeParse(JSON.parse(text));
    if (error !== undefined) throw new Error("it answered something that is no range of values");
    const [series] = data.data.result;
    const values = (series?.values ?? []).map(([seconds, value]) => [seconds * 1_000, Number(value)] as const);
    return new Map(values.filter(([, value]) => Number.isFinite(value)));
  }

  return {
    async queryRange(query, signal) {
      try {
        return read(await ask(query, signal));
      } catch (cause) {
        const reason = signal.aborted ? errorMessage(signal.reason) : reasonOf(cause);
        throw new Error(`Prometheus at ${base} could not be asked: ${reason}`, { cause });
      }
    },
  };
}
