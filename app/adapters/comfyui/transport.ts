import { ComfyuiError } from "./errors.ts";

interface Call {
  /** Relative to the server's URL, query included. */
  readonly path: string;
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Connect, send and read, all together. */
  readonly deadlineMs: number;
  readonly limitBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export type Transport = (call: Call) => Promise<Answer>;

/** `http://host:8188` and `http://host/comfyui` as bases that relative paths resolve against. */
export function baseUrl(url: string): URL {
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

/** Names a call in messages without what a URL may hold of secrets. */
function callName(base: URL, { path, body }: Call): string {
  return `${body === undefined ? "GET" : "POST"} ${base.origin}${base.pathname}${path.replace(/\?.*/, "")}`;
}

/**
 * HTTP bounded in time and size. Rejects with `comfyui_unreachable` when no answer comes by the deadline, with
 * `comfyui_bad_answer` when it is too long, and with the signal's reason when the caller gave up.
 */
export function createTransport(options: { readonly base: URL; readonly fetch: typeof fetch }): Transport {
  return async (call) => {
    const name = callName(options.base, call);
    const deadline = AbortSignal.timeout(call.deadlineMs);
    try {
      const response = await options.fetch(new URL(call.path, options.base), {
        signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
        redirect: "error",
        ...(call.body !== undefined && {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(call.body),
        }),
      });
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        bytes: await readBounded(response, call.limitBytes, name),
      };
    } catch (cause) {
      if (cause instanceof ComfyuiError) throw cause;
      call.signal?.throwIfAborted();
      const why = deadline.aborted ? `no answer within ${call.deadlineMs} ms` : reason(cause);
      throw new ComfyuiError("comfyui_unreachable", `ComfyUI is unreachable: ${name}: ${why}`, { cause });
    }
  };
}

async function readBounded(response: Response, limitBytes: number, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) {
      throw new ComfyuiError("comfyui_bad_answer", `${name} answered more than the ${limitBytes} bytes allowed`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `fetch` says only "fetch failed"; the reason is in the cause. Foreign messages are left out: they may hold the address. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.name;
  return error.name;
}
